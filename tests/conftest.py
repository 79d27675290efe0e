import os

from hypothesis import settings

# The same examples on every run where a machine decides, new ones where a person looks; no deadline, since
# a busy machine is no fault of the code.
settings.register_profile("steady", deadline=None, derandomize=True, print_blob=True)
settings.register_profile("searching", deadline=None)
settings.load_profile("steady" if "CI" in os.environ else "searching")
