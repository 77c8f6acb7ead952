"""Write rules/entities/common-words.csv: English words that are words before they are names of companies.

The words come from SCOWL as Debian packages it (wamerican-small, permissive licence, see the header of the file); it is needed
here alone, never at run time: `python scripts/make_common_words.py /usr/share/dict/american-english-small`. Proper names and
forms with an apostrophe are left out.
"""

import sys
from pathlib import Path

TARGET = Path(__file__).parent.parent / "rules" / "entities" / "common-words.csv"
HEADER = (
    "# English words: a company of this name is known only where its surroundings show it. From SCOWL, size small, American\n"
    "# (wordlist.sourceforge.net). The collective work is Copyright 2000-2011 by Kevin Atkinson; permission to use, copy,\n"
    "# modify, distribute and sell these word lists is granted without fee, provided that this notice appears in all copies;\n"
    "# the words are provided as is, without express or implied warranty. Made by scripts/make_common_words.py.\n"
)
LENGTHS = range(2, 15)


def words(path: Path) -> list[str]:
    """Lower-case words of letters alone."""
    found = {line.strip() for line in path.read_text("utf-8").splitlines()}
    return sorted(word for word in found if len(word) in LENGTHS and word.isascii() and word.isalpha() and word.islower())


def main() -> int:
    """Write the file; prints how many words it holds."""
    if len(sys.argv) != 2:
        print("usage: make_common_words.py WORDLIST", file=sys.stderr)
        return 2
    found = words(Path(sys.argv[1]))
    TARGET.write_text(HEADER + "ambiguous\n" + "".join(f"{word}\n" for word in found), encoding="utf-8")
    print(f"{len(found)} words written to {TARGET.name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
