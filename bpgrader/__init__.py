"""bpgrader: course assignments with checks that teach, and a grader that judges from outside.

Students use ``from bpgrader.student import check`` (NumPy alone, also in the browser); instructors
use the command ``bpgrader``. What runs where, and what the sandbox promises, is told in the book's
page for instructors.
"""
