"""
What proves a pack: cases, outcome coverage, mutation, properties, and strategies that make projects.

    cases          case files, and whether a pack says what they demand
    selection      which cases an expression means
    runner         many case files against their packs; text, data, JUnit XML
    pytest_plugin  the same files as tests of pytest
    mutants        the faults that people make in law, planted in a pack
    mutation       what of them cases and inventory see; text, data
    equivalence    whether two packs are proved to say the same
    properties     what holds of every project of a kind, and a smallest one of which it does not
    demands        what a property can demand
    edges          the values of each fact worth trying; facts as projects
    fitting        facts changed so that a condition is true of a project
    strategies     projects made out of a pack; pairs before and after a change
    laws           the three laws that hold for every pack, and a machine that looks for a breach

Nothing here is imported by the rest of the library, and nothing outside the standard library and YAML until it is used.
"""
