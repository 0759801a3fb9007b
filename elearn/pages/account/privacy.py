"""The privacy text people agree to; its words stand in `templates/account/privacy.html`."""

#: Raised with every change of what is kept or why; whoever agreed, agreed to a version.
PRIVACY_VERSION = "2026-11"
