"""Installation of a lock into a virtual environment. Uses the standard library alone.

Nothing is resolved: each package of the lock is installed in its locked version, without its
dependencies, and then the environment is checked. A newer release of a package changes nothing.
"""
