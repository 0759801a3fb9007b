"""Every table, imported in one place so that the metadata is whole."""

from elearn.records.accounts import models as accounts
from elearn.records.attempts import models as attempts
from elearn.records.audit import models as audit
from elearn.records.base import Base
from elearn.records.catalogue import models as catalogue
from elearn.records.certificates import models as certificates
from elearn.records.cohorts import models as cohorts
from elearn.records.completions import models as completions
from elearn.records.corrections import models as corrections
from elearn.records.enrolments import models as enrolments
from elearn.records.inquiries import models as inquiries
from elearn.records.installation import InstallationFact
from elearn.records.jobs import models as jobs
from elearn.records.notices import models as notices
from elearn.records.privacy import models as privacy
from elearn.records.search import models as search

__all__ = [
    "Base",
    "InstallationFact",
    "accounts",
    "attempts",
    "audit",
    "catalogue",
    "certificates",
    "cohorts",
    "completions",
    "corrections",
    "enrolments",
    "inquiries",
    "jobs",
    "notices",
    "privacy",
    "search",
]

metadata = Base.metadata
