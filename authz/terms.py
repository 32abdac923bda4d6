"""What the code calls fields, kinds and values, as sentences say it to people.

In English they have the name that the code, the API and tables give them; the catalogues
say what that is in other languages. A name that nobody listed is told as it is.
"""

from collections.abc import Mapping
from types import MappingProxyType

from authz.said import Said, said

_FIELDS = (
    said("name"),
    said("email"),
    said("phone"),
    said("address"),
    said("street"),
    said("country"),
    said("timezone"),
    said("language"),
    said("password"),
    said("roles"),
    said("options"),
    said("bindings"),
    said("id"),
    said("slug"),
    said("kind"),
    said("category"),
    said("status"),
    said("parent"),
    said("manager"),
    said("resource"),
    said("model"),
    said("serial"),
    said("imei"),
    said("device_password"),
    said("note"),
    said("comments"),
    said("amount"),
    said("currency"),
    said("price"),
    said("period"),
    said("percent"),
    said("provider"),
    said("url"),
    said("sender"),
    said("sender_name"),
    said("reply_to"),
    said("latitude"),
    said("longitude"),
    said("zoom"),
    said("area"),
    said("scope"),
    said("scopes"),
    said("channel"),
    said("enabled"),
    said("revoked"),
    said("ppp_password"),
    said("policies"),
    said("count"),
    said("first"),
    said("last"),
)
_KINDS = (
    said("tenant"),
    said("user"),
    said("api_client"),
    said("policy_set"),
    said("cluster"),
    said("minigrid"),
    said("village"),
    said("supply_company"),
    said("service_organization"),
    said("manufacturer"),
    said("consumer"),
    said("metering_unit"),
    said("customer"),
    said("asset"),
    said("ticket"),
    said("payment"),
    said("transaction"),
    said("tariff"),
    said("target"),
    said("connection_group"),
    said("connection_type"),
    said("commission_type"),
    said("agent"),
    said("plugin"),
)
_VALUES = (
    said("active"),
    said("blocked"),
    said("deleted"),
    said("suspended"),
    said("working"),
    said("sealed"),
    said("repair"),
    said("industrial"),
    said("commercial"),
    said("household"),
    said("gas"),
    said("water"),
    said("electricity"),
    said("open"),
    said("closed"),
    said("refunded"),
)
_TERMS: Mapping[str, Said] = MappingProxyType(
    {str(one): one for one in (*_FIELDS, *_KINDS, *_VALUES)}
)


def term(name: str) -> str:
    """The name, to be told in the reader's language."""
    return _TERMS.get(name, name)
