"""Who may ask which route of the JSON API, written out by hand from the documents of the
two systems; nothing here reads the policies to find out what to expect.

The letters are those of `tests.console.reach_table`, which says whom they stand for.
Administration is done on the web: what stands under ON_THE_WEB and PERSONS is closed to all
who ask through an app in the field, whoever they are. EVERYWHERE is not: one's own profile,
the daily work with customers, assets, tickets and payments, what a form of the field app
needs, and looking at what a metering platform has.

Of a mini-grid company a financial manager takes out what is said to be without people:
customers, assets, tickets, payments and transactions. All else that is exported is taken to
be about people, and for those who look after users.
"""

from tests.console.reach_table import READ, REMOVE, RIGHTS, UPDATE

#: What concerns the company as a whole.
ON_THE_WEB = """
GET       /users                                    OA PR S
POST      /users                                    OA P  S
POST      /imports/users                            OA P  S
GET       /exports/users.csv                        OA PR S
GET       /exports/users.json                       OA PR S
GET       /clients                                  OA PR
POST      /clients                                  OA P
GET POST  /companies                                      S
GET       /events                                   OA PR SV
GET       /events/<number>                          OA PR SV
GET       /events.csv                               OA PR SV
GET       /events.jsonl                             OA PR SV
POST      /events/verify                            OA PR SV
POST      /explain                                  OA PR SV
GET       /who-can                                  OA PR SV
GET       /roles                                    OA PR S
POST      /organizations/supply_company                P
POST      /organizations/service_organization          P
POST      /organizations/manufacturer                  P
POST      /organizations/consumer                      PH
POST      /places/cluster                           OA
POST      /places/minigrid                          OA
POST      /places/village                           OA
GET       /exports/cluster.csv                      OA
GET       /exports/cluster.json                     OA
GET       /exports/minigrid.csv                     OA
GET       /exports/minigrid.json                    OA
GET       /exports/village.csv                      OA
GET       /exports/village.json                     OA
GET       /exports/customer.csv                     OAF
GET       /exports/customer.json                    OAF
GET       /exports/asset.csv                        OAF
GET       /exports/asset.json                       OAF
GET       /exports/ticket.csv                       OAF
GET       /exports/ticket.json                      OAF
GET       /exports/payment.csv                      OAF
GET       /exports/payment.json                     OAF
GET       /exports/transaction.csv                  OAF
GET       /exports/transaction.json                 OAF
GET       /exports/tariff.csv                       OA
GET       /exports/tariff.json                      OA
GET       /exports/connection_group.csv             OA
GET       /exports/connection_group.json            OA
GET       /exports/connection_type.csv              OA
GET       /exports/connection_type.json             OA
GET       /exports/target.csv                       OA
GET       /exports/target.json                      OA
GET       /exports/commission_type.csv              OA
GET       /exports/commission_type.json             OA
GET       /exports/agent.csv                        OA
GET       /exports/agent.json                       OA
GET       /records/transaction                      OAF
GET       /records/agent                            OAFU
POST      /records/agent                            OA
POST      /records/tariff                           OA
POST      /records/connection_group                 OA
POST      /records/connection_type                  OA
GET POST  /records/target                           OA
GET POST  /records/commission_type                  OA
GET PATCH /settings                                 OA
GET PATCH /settings/sms_gateway                     OA
GET PATCH /settings/map                             OA
GET PATCH /settings/mail                            OA
GET PUT   /settings/protected-pages                 OA
GET       /settings/plugins                         OA
POST      /units                                       P
"""
EVERYWHERE = """
GET PATCH /profile                                  all
GET       /profile/permissions                      all
POST      /profile/password                         all
GET DELETE /profile/sessions                        all
GET POST  /profile/second-factor                    all
POST      /profile/second-factor/confirm            all
GET       /places/cluster                           OAFU
GET       /places/minigrid                          OAFU
GET       /places/village                           OAFU
GET POST  /records/customer                         OAFU
GET POST  /records/asset                            OAFU
GET POST  /records/ticket                           OAFU
GET POST  /records/payment                          OAF
GET       /records/tariff                           OAFU
GET       /records/connection_group                 OAFU
GET       /records/connection_type                  OAFU
GET       /organizations/supply_company                PRHTB
GET       /organizations/service_organization          PRHTM
GET       /organizations/manufacturer                  PRHTM
GET       /organizations/consumer                      PRHTBC
GET       /exports/supply_company.csv                  PRHTB
GET       /exports/supply_company.json                 PRHTB
GET       /exports/service_organization.csv            PRHTM
GET       /exports/service_organization.json           PRHTM
GET       /exports/manufacturer.csv                    PRHTM
GET       /exports/manufacturer.json                   PRHTM
GET       /exports/consumer.csv                        PRHTBC
GET       /exports/consumer.json                       PRHTBC
GET       /units                                       PRTHMBC
GET       /exports/metering_unit.csv                   PTH
GET       /exports/metering_unit.json                  PTH
GET       /reports/units                               PRHTB
GET       /reports/units.csv                           PTH
GET       /monitoring                                  PRTM
"""

#: What is done to a thing: those who may, where the thing is in their reach.
THINGS_ON_THE_WEB = """
POST      /clients/<id>/rotate                      OA P   api_client
DELETE    /clients/<id>                             OA P   api_client
GET       /companies/<slug>                               S    company
POST      /companies/<slug>/suspend                       S    company
POST      /companies/<slug>/resume                        S    company
PATCH DELETE /organizations/supply_company/<id>        P       supply_company
PATCH DELETE /organizations/service_organization/<id>  P       service_organization
PATCH DELETE /organizations/manufacturer/<id>          P       manufacturer
PATCH DELETE /organizations/consumer/<id>              PH      consumer
PATCH DELETE /places/cluster/<id>                   OA         cluster
PATCH DELETE /places/minigrid/<id>                  OA         minigrid
PATCH DELETE /places/village/<id>                   OA         village
DELETE    /records/customer/<id>                    OAFU       customer
DELETE    /records/asset/<id>                       OAFU       asset
GET       /records/transaction/<id>                 OAF        transaction
POST      /records/transaction/<id>/refund          OAF        transaction
GET       /records/agent/<id>                       OAFU       agent
PATCH DELETE /records/agent/<id>                    OA         agent
PATCH DELETE /records/tariff/<id>                   OA         tariff
PATCH DELETE /records/connection_group/<id>         OA         connection_group
PATCH DELETE /records/connection_type/<id>          OA         connection_type
GET PATCH DELETE /records/target/<id>               OA         target
GET PATCH DELETE /records/commission_type/<id>      OA         commission_type
POST      /settings/plugins/<id>/enable             OA         plugin
POST      /settings/plugins/<id>/disable            OA         plugin
PATCH     /units/<id>                                  PT      metering_unit
PUT       /units/<id>/service                          P       metering_unit
PUT       /units/<id>/supply                           P       metering_unit
PUT       /units/<id>/device-password                  P       metering_unit
DELETE    /units/<id>                                  P       metering_unit
"""
THINGS_EVERYWHERE = """
GET       /places/cluster/<id>                      OAFU       cluster
GET       /places/minigrid/<id>                     OAFU       minigrid
GET       /places/village/<id>                      OAFU       village
GET PATCH /records/customer/<id>                    OAFU       customer
GET PATCH /records/asset/<id>                       OAFU       asset
PUT       /records/asset/<id>/customer              OAFU       asset
GET       /records/ticket/<id>                      OAFU       ticket
POST      /records/ticket/<id>/comment              OAFU       ticket
POST      /records/ticket/<id>/close                OAFU       ticket
GET       /records/payment/<id>                     OAF        payment
GET       /records/tariff/<id>                      OAFU       tariff
GET       /records/connection_group/<id>            OAFU       connection_group
GET       /records/connection_type/<id>             OAFU       connection_type
GET       /organizations/supply_company/<id>           PRHTB   supply_company
GET       /organizations/service_organization/<id>     PRHTM   service_organization
GET       /organizations/manufacturer/<id>             PRHTM   manufacturer
GET       /organizations/consumer/<id>                 PRHTBC  consumer
GET       /units/<id>                                  PRTHMBC metering_unit
"""

#: What is done to people, on the web: who may -> to whom.
PERSONS = {
    ("GET", "/users/<id>"): READ,
    ("GET", "/users/<id>/permissions"): READ,
    ("GET", "/users/<id>/comparison"): READ,
    ("GET", "/users/<id>/access"): RIGHTS,
    ("POST", "/users/<id>/access/preview"): RIGHTS,
    ("GET", "/users/<id>/sessions"): UPDATE,
    ("DELETE", "/users/<id>/sessions"): UPDATE,
    ("PATCH", "/users/<id>"): UPDATE,
    ("DELETE", "/users/<id>"): REMOVE,
    ("POST", "/users/<id>/block"): REMOVE,
    ("POST", "/users/<id>/unblock"): REMOVE,
    # All roles are taken away: an empty body.
    ("PUT", "/users/<id>/access"): REMOVE,
}
#: What is tried elsewhere, as it takes more than an address.
ELSEWHERE = {
    ("DELETE", "/users/<id>/sessions/<handle>"),
    ("DELETE", "/profile/sessions/<handle>"),
    ("POST", "/profile/second-factor/codes"),
    ("DELETE", "/profile/second-factor"),
}
