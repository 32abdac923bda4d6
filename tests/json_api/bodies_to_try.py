"""What a person sends to each route that takes something: enough that it is done, where the
person may do it.

`<me>` stands for the id of whoever sends it.
"""

from tests.administration.conftest import PASSWORD

NAME = {"name": "Another Name"}
NOTED = {"details": NAME}
IN_MAFIA = {**NOTED, "attributes": {"cluster": "mafia"}}
EMAIL = "new.hire@company.example"

BODIES = {
    ("POST", "/users"): {**NAME, "email": EMAIL, "password": PASSWORD},
    ("PATCH", "/users/<id>"): NAME,
    ("PUT", "/users/<id>/access"): {},
    ("POST", "/users/<id>/access/preview"): {},
    ("POST", "/imports/users"): {"table": f"email,name\n{EMAIL},New Hire\n", "save": True},
    ("POST", "/clients"): {**NAME, "scopes": ["decision:check"]},
    ("POST", "/clients/<id>/rotate"): {},
    ("POST", "/companies"): {
        "kind": "minigrid",
        "name": "New Company",
        "owner": {**NAME, "email": EMAIL, "password": PASSWORD},
    },
    ("POST", "/explain"): {
        "who": "<me>",
        "action": "profile:read",
        "type": "user",
        "id": "<me>",
    },
    ("POST", "/organizations/supply_company"): {**NAME, "parent": "hududgaz"},
    ("POST", "/organizations/service_organization"): NAME,
    ("POST", "/organizations/manufacturer"): NAME,
    ("POST", "/organizations/consumer"): {
        **NAME,
        "supply_company": "hg-poytaxt",
        "category": "commercial",
    },
    ("PATCH", "/organizations/supply_company/<id>"): NAME,
    ("PATCH", "/organizations/service_organization/<id>"): NAME,
    ("PATCH", "/organizations/manufacturer/<id>"): NAME,
    ("PATCH", "/organizations/consumer/<id>"): NAME,
    ("POST", "/places/cluster"): NAME,
    ("POST", "/places/minigrid"): {**NAME, "parent": "mafia"},
    ("POST", "/places/village"): {**NAME, "parent": "mg-mafia"},
    ("PATCH", "/places/cluster/<id>"): NAME,
    ("PATCH", "/places/minigrid/<id>"): NAME,
    ("PATCH", "/places/village/<id>"): NAME,
    ("POST", "/records/customer"): IN_MAFIA,
    ("POST", "/records/asset"): IN_MAFIA,
    ("POST", "/records/ticket"): IN_MAFIA,
    ("POST", "/records/payment"): NOTED,
    ("POST", "/records/agent"): NOTED,
    ("POST", "/records/tariff"): NOTED,
    ("POST", "/records/target"): NOTED,
    ("POST", "/records/connection_group"): NOTED,
    ("POST", "/records/connection_type"): NOTED,
    ("POST", "/records/commission_type"): NOTED,
    ("PATCH", "/records/customer/<id>"): NOTED,
    ("PATCH", "/records/asset/<id>"): NOTED,
    ("PATCH", "/records/agent/<id>"): NOTED,
    ("PATCH", "/records/tariff/<id>"): NOTED,
    ("PATCH", "/records/target/<id>"): NOTED,
    ("PATCH", "/records/connection_group/<id>"): NOTED,
    ("PATCH", "/records/connection_type/<id>"): NOTED,
    ("PATCH", "/records/commission_type/<id>"): NOTED,
    ("PUT", "/records/asset/<id>/customer"): {"customer": "cust-2"},
    ("POST", "/records/ticket/<id>/comment"): {"note": "looked at"},
    ("POST", "/records/ticket/<id>/close"): {"note": "mended"},
    ("POST", "/records/transaction/<id>/refund"): {"note": "paid twice"},
    ("PATCH", "/settings"): {"phone": "+255 777 000 111"},
    ("PATCH", "/settings/sms_gateway"): {"values": {}},
    ("PATCH", "/settings/map"): {"values": {}},
    ("PATCH", "/settings/mail"): {"values": {}},
    ("PUT", "/settings/protected-pages"): {"password": "pages-2025"},
    ("POST", "/units"): {**NAME, "supply_company": "hg-poytaxt"},
    ("PATCH", "/units/<id>"): {"status": "sealed"},
    ("PUT", "/units/<id>/service"): {"service_organization": "gazservis"},
    ("PUT", "/units/<id>/supply"): {"supply_company": "hg-navoiy", "consumer": None},
    ("PUT", "/units/<id>/device-password"): {"device_password": "device-2025"},
    ("PATCH", "/profile"): NAME,
    ("POST", "/profile/password"): {"old_password": PASSWORD, "password": "other2025y"},
    ("POST", "/profile/second-factor/confirm"): {"code": "000000"},
}
QUERIES = {
    ("GET", "/who-can"): "?action=profile:read&type=user&id=<me>",
    ("GET", "/users/<id>/comparison"): "?other=<me>",
}
