"""The edition in another language, from the same sources.

update   bring the catalogues up to date: ``make translations``
check    compare what translators wrote with the English: all pages, or those that are named
"""

import argparse

import catalogues
from compare import findings


def check(names):
    """Print what is wrong in catalogues, a line each, and how much there is to do."""
    wrong = todo = total = 0
    for name in names:
        catalogue = catalogues.read(name)
        found = list(findings(catalogues.path(name), catalogue))
        for finding in found:
            print(finding)
        wrong += len(found)
        total += sum(not entry.obsolete for entry in catalogue)
        todo += len(catalogue.untranslated_entries()) + len(catalogue.fuzzy_entries())
    print(f"{total - todo} of {total} messages are translated; {wrong} findings")
    return wrong


def main():
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("update", help="bring the catalogues up to date")
    command = commands.add_parser("check", help="find what is missing or wrong")
    command.add_argument("page", nargs="*", help="as chapters/03_loss; all if none is named")
    options = parser.parse_args()
    if options.command == "update":
        catalogues.update()
        return
    known = [*catalogues.sources(), catalogues.SITE]
    names = [page.removesuffix(".po").partition("LC_MESSAGES/")[2] or page for page in options.page]
    if unknown := set(names) - set(known):
        parser.error(f"no page {', '.join(sorted(unknown))}; the pages are {', '.join(known)}")
    raise SystemExit(check(names or known) > 0)


if __name__ == "__main__":
    main()
