"""Who may open and send which page, written out by hand from the documents of the two
systems; nothing here reads the policies to find out what to expect.

People have a letter each. A row names methods, an address, and who may.
"""

#: Mini-grid company: owner O, co-owner Q, admins A and E, financial manager F, user of
#: one cluster U, without a role N. Metering platform: administrator P, reader R, service
#: company T (reporting, monitoring), supply company H (reporting, accounting), manufacturer
#: M (technical support), branch B, consumer C, without a level X. Server: operator S,
#: reviewer V.
PEOPLE = {
    "O": "amina.owner@pwani.example",
    "Q": "co.owner@pwani.example",
    "A": "ops.admin@pwani.example",
    "E": "second.admin@pwani.example",
    "F": "finance@pwani.example",
    "U": "field.mafia@pwani.example",
    "N": "norole@pwani.example",
    "P": "root@gasmeter.example",
    "R": "auditor@gasmeter.example",
    "T": "service_tech@domain.com",
    "H": "head@hududgaz.example",
    "M": "rep@ekdev.example",
    "B": "poytaxt@hududgaz.example",
    "C": "bakery@customer.example",
    "X": "fresh@gasmeter.example",
    "S": "operator@gatehouse.example",
    "V": "reviewer@gatehouse.example",
}
#: Those who try every page; Q and E are there to be looked at.
ACTORS = "OAFUNPRTHMBCXSV"
ALL = ACTORS
#: Those who try it each time the tests run.
NARROW = "UT"
#: Whom each of them is tried on, besides somebody of another company and nobody at all.
TARGETS = {
    **dict.fromkeys("OAFUN", "OQAEFUN"),
    **dict.fromkeys("PRTHMBCX", "PRTX"),
    **dict.fromkeys("SV", "SV"),
}
#: Somebody of another company, for each of them.
FOREIGN = {**dict.fromkeys("OAFUN", "P"), **dict.fromkeys("PRTHMBCXSV", "F")}

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
#: What concerns the company as a whole.
COMPANY = """
GET       /users                                    OA PR S
GET       /users.csv                                OA PR S
GET POST  /users/add                                OA P  S
GET POST  /users/import                             OA P  S
GET       /clients                                  OA PR
GET POST  /clients/add                              OA P
GET       /companies                                      S
GET POST  /companies/add                                  S
GET POST  /policies                                       SV
GET       /policies/progress                              SV
GET       /policy-changes                                 SV
GET POST  /policy-changes/add                             SV
GET       /policy-revisions                               SV
POST      /policy-revisions                               S
GET       /events                                   OA PR SV
GET       /events.csv                               OA PR SV
GET       /events.jsonl                             OA PR SV
POST      /events/verify                            OA PR SV
GET       /explain                                  OA PR SV
GET       /who-can                                  OA PR SV
GET       /roles                                    OA PR S
GET       /reach                                       PRHTB
GET       /organizations/supply_company                PRHTB
GET       /organizations/service_organization          PRHTM
GET       /organizations/manufacturer                  PRHTM
GET       /organizations/consumer                      PRHTBC
GET POST  /organizations/supply_company/add            P
GET POST  /organizations/service_organization/add      P
GET POST  /organizations/manufacturer/add              P
GET POST  /organizations/consumer/add                  PH
GET       /locations/cluster                        OAFU
GET       /locations/minigrid                       OAFU
GET       /locations/village                        OAFU
GET POST  /locations/cluster/add                    OA
GET POST  /locations/minigrid/add                   OA
GET POST  /locations/village/add                    OA
GET       /records/customer                         OAFU
GET       /records/asset                            OAFU
GET       /records/ticket                           OAFU
GET       /records/agent                            OAFU
GET       /records/payment                          OAF
GET       /records/transaction                      OAF
GET       /records/customer.csv                     OAF
GET       /records/asset.csv                        OAF
GET       /records/ticket.csv                       OAF
GET       /records/agent.csv                        OA
GET       /records/payment.csv                      OAF
GET       /records/transaction.csv                  OAF
GET       /records/tariff                           OA
GET       /records/target                           OA
GET       /records/connection_group                 OA
GET       /records/connection_type                  OA
GET       /records/commission_type                  OA
GET POST  /records/customer/add                     OAFU
GET POST  /records/asset/add                        OAFU
GET POST  /records/ticket/add                       OAFU
GET POST  /records/payment/add                      OAF
GET POST  /records/agent/add                        OA
GET POST  /records/tariff/add                       OA
GET POST  /records/target/add                       OA
GET POST  /records/connection_group/add             OA
GET POST  /records/connection_type/add              OA
GET POST  /records/commission_type/add              OA
GET POST  /settings                                 OA
GET POST  /settings/sms_gateway                     OA
GET POST  /settings/map                             OA
GET POST  /settings/mail                            OA
GET POST  /settings/protected-pages                 OA
GET       /settings/plugins                         OA
GET       /units                                       PRTHMBC
GET       /units.csv                                   PTH
GET POST  /units/add                                   P
GET       /reports                                     PRTHB
GET       /reports.csv                                 PTH
GET       /monitoring                                  PRTM
GET POST  /profile                                  all
GET       /profile/permissions                      all
GET       /profile/security                         all
POST      /profile/password                         all
POST      /profile/sessions/end                     all
POST      /profile/second-factor                    all
POST      /profile/second-factor/confirm            all
"""

#: What is done to a thing: those who may, where the thing is in their reach.
THINGS = """
POST      /clients/<id>/revoke                      OA P   api_client
GET       /companies/<slug>/about                         S    company
GET POST  /companies/<slug>/suspend                       S    company
GET POST  /companies/<slug>/resume                        S    company
GET       /policies/<name>                                SV   policy_file
GET       /policy/<id>                                    SV   policy
GET       /policy-changes/<id>                            SV   policy_change
GET       /policy-changes/<id>/progress                   SV   policy_change
GET POST  /policy-changes/<id>/edit                       SV   policy_change
POST      /policy-changes/<id>/check                      SV   policy_change
POST      /policy-changes/<id>/gains                      SV   policy_change
POST      /policy-changes/<id>/approve                    SV   policy_change
POST      /policy-changes/<id>/reject                     SV   policy_change
POST      /policy-changes/<id>/withdraw                   SV   policy_change
POST      /policy-changes/<id>/activate                   S    policy_change
POST      /policy-changes/<id>/comments                   SV   policy_change
GET POST  /policy-revisions/<id>                          SV   policy_set
GET       /policy-revisions/<id>/progress                 SV   policy_set
POST      /policy-revisions/<id>/roll-back                S    policy_set
GET POST  /organizations/supply_company/<id>/edit      P       supply_company
GET POST  /organizations/supply_company/<id>/delete    P       supply_company
GET POST  /organizations/service_organization/<id>/edit    P   service_organization
GET POST  /organizations/service_organization/<id>/delete  P   service_organization
GET POST  /organizations/manufacturer/<id>/edit        P       manufacturer
GET POST  /organizations/manufacturer/<id>/delete      P       manufacturer
GET POST  /organizations/consumer/<id>/edit            PH      consumer
GET POST  /organizations/consumer/<id>/delete          PH      consumer
GET POST  /locations/cluster/<id>/edit              OA         cluster
GET POST  /locations/cluster/<id>/delete            OA         cluster
GET POST  /locations/minigrid/<id>/edit             OA         minigrid
GET POST  /locations/minigrid/<id>/delete           OA         minigrid
GET POST  /locations/village/<id>/edit              OA         village
GET POST  /locations/village/<id>/delete            OA         village
GET       /records/customer/<id>                    OAFU       customer
GET POST  /records/customer/<id>/edit               OAFU       customer
GET POST  /records/customer/<id>/delete             OAFU       customer
GET       /records/asset/<id>                       OAFU       asset
GET POST  /records/asset/<id>/edit                  OAFU       asset
GET POST  /records/asset/<id>/delete                OAFU       asset
POST      /records/asset/<id>/assign                OAFU       asset
GET       /records/ticket/<id>                      OAFU       ticket
POST      /records/ticket/<id>/comment              OAFU       ticket
POST      /records/ticket/<id>/close                OAFU       ticket
GET       /records/agent/<id>                       OAFU       agent
GET POST  /records/agent/<id>/edit                  OA         agent
GET POST  /records/agent/<id>/delete                OA         agent
GET       /records/payment/<id>                     OAF        payment
GET       /records/transaction/<id>                 OAF        transaction
POST      /records/transaction/<id>/refund          OAF        transaction
GET POST  /records/tariff/<id>/edit                 OA         tariff
GET POST  /records/tariff/<id>/delete               OA         tariff
GET POST  /records/target/<id>/edit                 OA         target
GET POST  /records/target/<id>/delete               OA         target
GET POST  /records/connection_group/<id>/edit       OA         connection_group
GET POST  /records/connection_group/<id>/delete     OA         connection_group
GET POST  /records/connection_type/<id>/edit        OA         connection_type
GET POST  /records/connection_type/<id>/delete      OA         connection_type
GET POST  /records/commission_type/<id>/edit        OA         commission_type
GET POST  /records/commission_type/<id>/delete      OA         commission_type
POST      /settings/plugins/<id>/enable             OA         plugin
POST      /settings/plugins/<id>/disable            OA         plugin
GET       /units/<id>                                  PRTHMBC metering_unit
POST      /units/<id>                                  PT      metering_unit
POST      /units/<id>/service                          P       metering_unit
POST      /units/<id>/transfer                         P       metering_unit
POST      /units/<id>/device-password                  P       metering_unit
GET POST  /units/<id>/delete                           P       metering_unit
"""
#: Type -> a thing in the reach of all who may reach any, and one of another company.
SAMPLES = {
    "company": ("ziwa", "nobody"),
    "policy_file": ("system.polar", "none.polar"),
    "policy": ("system.role-runs-the-server", "system.none"),
    "policy_change": ("1", "99"),
    "policy_set": ("1", "99"),
    "supply_company": ("hg-poytaxt", "sc-none"),
    "service_organization": ("techservice", "so-none"),
    "manufacturer": ("ekdev", "m-none"),
    "consumer": ("c-bakery", "c-none"),
    "metering_unit": ("mu-101", "mu-none"),
    "cluster": ("mafia", "ziwa-east"),
    "minigrid": ("mg-mafia", "mg-z1"),
    "customer": ("cust-1", "zcust-1"),
    "asset": ("meter-100", "none"),
    "ticket": ("t-1", "none"),
    "plugin": ("calin-meter", "none"),
}
#: Type -> who has one out of reach, in the own company, and which.
BEYOND = {
    "customer": {"U": "cust-3"},
    "asset": {"U": "shs-7"},
    "ticket": {"U": "t-2"},
    "supply_company": {"T": "orientgas", "H": "orientgas", "B": "hg-navoiy"},
    "consumer": {"T": "c-orient", "H": "c-orient", "B": "c-plant", "C": "c-home"},
    "metering_unit": {
        "T": "mu-102",
        "H": "mu-201",
        "M": "mu-103",
        "B": "mu-103",
        "C": "mu-104",
    },
}

#: What is done to people: who may -> to whom.
READ = {"O": "OQAEFUN", "A": "OQAEFUN", "P": "PRTX", "R": "PRTX", "S": "SV"}
UPDATE = {"O": "OQAEFUN", "A": "AEFUN", "P": "PRTX", "S": "SV"}
#: Nobody removes the own account, an admin no admin and no owner.
REMOVE = {"O": "QAEFUN", "A": "FUN", "P": "RTX", "S": "V"}
#: The form of rights is for those who may change some of them, on nobody's own account.
RIGHTS = {"O": "QAEFUN", "A": "EFUN", "P": "RTX", "S": "V"}
PERSONS = {
    ("GET", "/users/<id>"): READ,
    ("GET", "/users/<id>/assignments"): READ,
    ("GET", "/users/<id>/permissions"): RIGHTS,
    ("GET", "/users/<id>/events"): READ,
    ("GET", "/users/<id>/compare"): READ,
    ("GET", "/users/<id>/sessions"): UPDATE,
    ("POST", "/users/<id>/sessions/end"): UPDATE,
    ("GET", "/users/<id>/edit"): UPDATE,
    ("POST", "/users/<id>/edit"): UPDATE,
    ("GET", "/users/<id>/delete"): REMOVE,
    ("POST", "/users/<id>/delete"): REMOVE,
    ("POST", "/users/<id>/block"): REMOVE,
    ("POST", "/users/<id>/unblock"): REMOVE,
    # All roles are taken away: an empty form.
    ("POST", "/users/<id>/permissions"): REMOVE,
}
#: What is tried elsewhere, as it takes more than an address.
ELSEWHERE = {
    "/policy-revisions/<id>/files/<name>",
    "/users/<id>/permissions/preview",
    "/users/<id>/sessions/<handle>/end",
    "/profile/sessions/<handle>/end",
    "/profile/second-factor/remove",
    "/profile/second-factor/codes",
}


def rows(table: str, *, typed: bool = False) -> dict[tuple[str, str], tuple[str, str]]:
    """Method and address -> letters and type, of a table above."""
    found = {}
    for line in table.strip().splitlines():
        words = line.split()
        methods = [word for word in words if word in METHODS]
        address, *letters = words[len(methods) :]
        type = letters.pop() if typed else ""
        for method in methods:
            assert (method, address) not in found, address
            found[method, address] = ("".join(letters).replace("all", ALL), type)
    return found
