"""What tells the meaning of a text as a vector: a model inside this process, a server, or nothing."""

import os

# numpy reads it as it loads, which is later: for matrices as small as ours, threads that wait for each other cost several
# times what they save.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
