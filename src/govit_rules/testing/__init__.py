"""
What proves a pack: cases, outcome coverage, mutation, properties, and strategies that make projects.

    cases        case files, and whether a pack says what they demand
    pytest_plugin  the same files as tests of pytest

Nothing here is imported by the rest of the library, and nothing outside the standard library and YAML until it is used.
"""
