"""The Content-Security-Policy of a page: its own files and its own inline scripts, nothing else."""

import base64
import hashlib

DATA = "application/json"


def policy(soup):
    """Allow the page its own files and the inline scripts that it has now, nothing else."""
    inline = {
        f"'sha256-{sha256(script.string or '')}'"
        for script in soup.find_all("script", src=False)
        if script.get("type") != DATA
    }
    own = "'self' file:"  # file: for browsers in which a page from a folder has no self
    allowed = " ".join([own, *sorted(inline)])
    meta = soup.new_tag("meta")
    meta["http-equiv"] = "Content-Security-Policy"
    meta["content"] = (
        f"default-src 'none'; script-src {allowed}; style-src {own} 'unsafe-inline'; "
        f"img-src {own} data:; font-src {own} data:; connect-src {own}; "
        "form-action 'self' file:; base-uri 'none'"
    )
    charset = soup.head.find("meta", charset=True)
    charset.insert_after(meta)


def sha256(text):
    """Give the checksum of a text as a policy wants it."""
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
