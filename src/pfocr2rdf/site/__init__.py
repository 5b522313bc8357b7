"""The dataset as linked data that people can click and machines can follow: a site of static files, or pages made on demand."""

from pfocr2rdf.site.auditing import Checked, check
from pfocr2rdf.site.publishing import FOLDERS, Published, publish

__all__ = ["FOLDERS", "Checked", "Published", "check", "publish"]
