"""What a machine or an installation refuses the program, in a sentence.

It speaks where imports fail, so it imports next to nothing itself: ``os``, ``sys`` and ``errno``,
which every Python has loaded or built in by then, and all else inside ``try``.
"""
