"""The first process of a machine. It says "ready", buries orphans, and ends when its standard input ends.

It is the first process of the machine's process namespace, so the kernel then ends all others. The tests hold the other
end of its standard input, so no machine outlives the tests, however they end.
"""

import signal
import sys

# The kernel then buries processes without a waiting parent.
signal.signal(signal.SIGCHLD, signal.SIG_IGN)
signal.signal(signal.SIGINT, signal.SIG_IGN)
print("ready", flush=True)
sys.stdin.read()
