"""HTML and SVG of what a run does and finds: text put into them stays text.

What can be clicked carries ``data-act`` and ``data-arg``, and the nearest ancestor with
``data-thread`` names the run that it belongs to:

=====================================  =====================================================
act                                    arg
=====================================  =====================================================
node                                   id of a sub-question such as ``q1``, or a state: ``#7``
citation                               number of the citation
passage                                id of the passage
drop, pin                              ``STEP|PASSAGE``
reword                                 id of the sub-question
thumb-up, thumb-down, correct          ``answer``, ``step|STEP`` or ``passage|STEP|PASSAGE``
copy, export-markdown, -html, -json    nothing
=====================================  =====================================================

All of them are buttons or links, or have ``role="button"`` and ``tabindex="0"`` (boxes of a
drawing, to which a script has to pass Enter and Space). Elements keep their order while a run goes
on, so that a page which is changed in place keeps its focus and scroll positions.
"""
