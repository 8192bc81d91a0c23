"""The two letters of the United States Postal Service for states, territories and armed forces, with their names.

Source: http://hl7.org/fhir/us/core/ValueSet/us-core-usps-state of US Core 3.1.1 (CC0), which lists them (6.1.0 takes all of
https://www.usps.com/), and https://pe.usps.com/text/pub28/28apb.htm for the armed forces.
"""

from __future__ import annotations

STATES = """
AA Armed Forces Americas
AE Armed Forces Europe, the Middle East, and Canada
AK Alaska
AL Alabama
AP Armed Forces Pacific
AR Arkansas
AS American Samoa
AZ Arizona
CA California
CO Colorado
CT Connecticut
DC District of Columbia
DE Delaware
FL Florida
FM Federated States of Micronesia
GA Georgia
GU Guam
HI Hawaii
IA Iowa
ID Idaho
IL Illinois
IN Indiana
KS Kansas
KY Kentucky
LA Louisiana
MA Massachusetts
MD Maryland
ME Maine
MH Marshall Islands
MI Michigan
MN Minnesota
MO Missouri
MP Northern Mariana Islands
MS Mississippi
MT Montana
NC North Carolina
ND North Dakota
NE Nebraska
NH New Hampshire
NJ New Jersey
NM New Mexico
NV Nevada
NY New York
OH Ohio
OK Oklahoma
OR Oregon
PA Pennsylvania
PR Puerto Rico
PW Palau
RI Rhode Island
SC South Carolina
SD South Dakota
TN Tennessee
TX Texas
UT Utah
VA Virginia
VI Virgin Islands of the U.S.
VT Vermont
WA Washington
WI Wisconsin
WV West Virginia
WY Wyoming
""".strip()
