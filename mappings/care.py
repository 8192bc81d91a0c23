"""Care: teams, plans, goals, and what to beware of. Carried: times of planned activities, who changed what and why."""

from fhir_case.case.care import Activity, CarePlan, CareTeam, Flag, Goal, Member, Planned, Target
from fhir_case.lens import (
    Mapping,
    boolean,
    code,
    codes,
    concept,
    each,
    extension,
    needed,
    note,
    of_patient,
    part,
    period,
    quantity,
    reference,
    text,
    when,
)
from fhir_case.mappings.parts import CONTACT, RECORD

MEMBER = Mapping(
    Member, None,
    each(concept("roles", "role")),
    reference("who", "member"),
    reference("on_behalf_of", "onBehalfOf"),
    period("when", "period"),
)  # fmt: skip

TEAM = Mapping(
    CareTeam, "CareTeam",
    *RECORD,
    code("status", "status", codes("proposed", "active", "suspended", "inactive", "entered-in-error")),
    each(concept("categories", "category")),
    text("name", "name"),
    of_patient(),
    reference("encounter", "encounter"),
    period("when", "period"),
    each(part("members", "participant", MEMBER)),
    each(concept("indications", "reasonCode")),
    each(reference("reasons", "reasonReference")),
    each(reference("organizations", "managingOrganization")),
    each(part("contacts", "telecom", CONTACT)),
    each(note("notes", "note")),
    kind="care_teams",
)  # fmt: skip

PLANNED = Mapping(
    Planned, None,
    concept("code", "code"),
    each(concept("indications", "reasonCode")),
    each(reference("reasons", "reasonReference")),
    each(reference("goals", "goal")),
    needed(code("status", "status", codes(
        "not-started", "scheduled", "in-progress", "on-hold", "completed", "cancelled", "stopped", "unknown",
        "entered-in-error",
    ))),
    boolean("not_to_do", "doNotPerform"),
    reference("location", "location"),
    each(reference("performers", "performer")),
    text("description", "description"),
    kind="CarePlan.activity.detail",
)  # fmt: skip

ACTIVITY = Mapping(
    Activity, None,
    each(concept("outcomes", "outcomeCodeableConcept")),
    each(note("progress", "progress")),
    reference("reference", "reference"),
    part("detail", "detail", PLANNED),
)  # fmt: skip

PLAN = Mapping(
    CarePlan, "CarePlan",
    *RECORD,
    code("status", "status", codes("draft", "active", "on-hold", "revoked", "completed", "entered-in-error", "unknown")),
    needed(code("intent", "intent", codes("proposal", "plan", "order", "option"))),
    each(concept("categories", "category")),
    text("title", "title"),
    text("description", "description"),
    of_patient(),
    reference("encounter", "encounter"),
    period("when", "period"),
    when("created", "created", "dateTime"),
    reference("author", "author"),
    each(reference("contributors", "contributor")),
    each(reference("teams", "careTeam")),
    each(reference("reasons", "addresses")),
    each(reference("goals", "goal")),
    each(part("activities", "activity", ACTIVITY)),
    each(note("notes", "note")),
    kind="care_plans", points={"": "period.start"},
)  # fmt: skip

TARGET = Mapping(
    Target, None,
    concept("measure", "measure"),
    quantity("value", "detailQuantity"),
    when("due", "dueDate", "dateTime"),
)  # fmt: skip

GOAL = Mapping(
    Goal, "Goal",
    *RECORD,
    needed(code("status", "lifecycleStatus", codes(
        "proposed", "planned", "accepted", "active", "on-hold", "completed", "cancelled", "entered-in-error", "rejected"
    ))),
    concept("achievement", "achievementStatus"),
    each(concept("categories", "category")),
    concept("priority", "priority"),
    needed(concept("description", "description")),
    of_patient(),
    when("start", "startDate", "dateTime"),
    each(part("targets", "target", TARGET)),
    when("status_date", "statusDate", "dateTime"),
    text("status_reason", "statusReason"),
    reference("author", "expressedBy"),
    each(reference("reasons", "addresses")),
    each(note("notes", "note")),
    kind="goals",
)  # fmt: skip

FLAG = Mapping(
    Flag, "Flag",
    *RECORD,
    concept("priority", extension("flag-priority")),
    needed(code("status", "status", codes("active", "inactive", "entered-in-error"))),
    each(concept("categories", "category")),
    needed(concept("code", "code")),
    of_patient(),
    period("when", "period"),
    reference("encounter", "encounter"),
    reference("author", "author"),
    kind="flags",
)  # fmt: skip

MAPPINGS = (TEAM, PLAN, GOAL, FLAG)
