"""What is wrong with a project's cases, according to the measured facts.

Every finding has one sentence and one thing to do, without names: cases are given by id.
"""
