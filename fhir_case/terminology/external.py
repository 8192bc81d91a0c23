"""Code systems that others publish and that HL7 gives an address: they are known, and their codes are not here.

Made from the NamingSystems of kind `codesystem` of hl7.terminology.r4 7.0.1 (https://terminology.hl7.org/identifiers.html),
those left out that R4 has itself; EDQM and RadLex, to which profiles of HL7 bind, are added by hand.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from difflib import get_close_matches
from functools import cache

from fhir_case.terminology.systems import ALIASES

_SHORT, _LONGEST = 25, 200
_HL7 = "http://terminology.hl7.org/CodeSystem/"
_NAMES = """
ACR ADAAreaOralCavitySystem ADAToothSurfaceCodes ADAUniversalToothDesignationSystem AS4 AS4E C5 CAS CCC CD2 CDARUS
CDCA CDCM CDPS CDS CE CLP CST CVX DCL DEEDS DEEDS210 DEEDS402 DEEDS405 DEEDS407 DEEDS408 DEEDS412 DEEDS414 DEEDS415
DEEDS416 DEEDS418 DEEDS422 DEEDS424 DEEDS427 DEEDS506 DEEDS508 DEEDS519 E5 E6 E7 ENZC EPSG-GeodeticParameterDataset
FDBHICCode FDDC FDDX FIPS52 FIPS64 GCDF GCRT GMDN HCPCS-all-codes IC2 ICD-10DualCoding ICD-9DualCoding ICD10dut
ICHContextOfUse ICPC-3 ICSD IECColourManagement IETF1766 ILRSpeakingSkillScale IUPC IUPP JC8 MDDX MDRAE MDRDUT MDREA
MDREX MDRFRE MDRGER MDRPOR MDRSPA MEDC MEDX MGPI MSH MTHMDRSPA MVX NCPDPBrandGenericIndicator NCPDPCompoundCode
NCPDPDispensedAsWrittenOrProductSelectionCode NCPDPPharmacyType NCPDPPrescriptionOriginCode
NCPDPProviderIdentificationNumber NCPDPRejectCode NHSNBSIRiskFactors NHSNHipReplacement NHSNInfectionType
NHSNKneeReplacement NHSNLCBIPathways NHSNOccasionOfDetection NHSNProcedureCategory NHSNSSIAnatomicSite
NHSNSSILocationType NHSNSpinalFusionApproach NHSNSpinalFusionLevel NHSNSummaryData NHSNVocabulary
OpenEligibilityTaxonomy PHIndustryCDCCensus2010 PHOccupationCDCCensus2010 PHOccupationalDataForHealthODH
PHRaceAndEthnicityCDC PMIXMethodofPayment PMIXOpioidTreatmentCode PMIXPatientAlertCatCode PMIXSpeciesTypeCode
PMIXStatusCode PMIXTransmissionFormRxOriginCodeType POS SCDHEC-GISSpatialAccuracyTiers SDM SNM3 SNT UC UMD UML UPC
USCOC USZIPCODES VHA W1-W2 W4 X12.3 abcCodes ahfs art ca-hc-din ca-hc-dpd-schedule camncvs cdcNHSN cmshcc cmsrxhcc
cpnum csaid deeds-old dicomMDLTY dicomqry dmdICD10 epsg-ca epsg-crs euclides externalCodeSystems fdk fipspub92 hc-CCDD
hcp-lan-apm-framework hhcc hi hibccHIN hsloc ib icaosex icd-o icd10 icd10CM icd10PCS icd10ae icd9 icd9cm icnp icpc
icpc-BAQ icpc-DAN icpc-DUT icpc-ENG icpc-FIN icpc-FRE icpc-GER icpc-HEB icpc-HUN icpc-ITA icpc-NOR icpc-POR icpc-SPA
icpc-SWE icpc2-icd10-DUT icpc2-icd10-ENG icpc2-icd10-THSRS icpc2E-DUT icpc2E-ENG icpc2E-P icpc2E-P-AE icpc2E-P-AUS ics
ietf3066 iso21000-6-2004E-RDD iso3166-1edition2 iso3166-1edition2alpha2 iso3166-1edition2alpha3
iso3166-1edition2numeric iso3166-2 iso4217 iso639-1 iso639-1ret iso639-2 iso639-2ret iso639-3 mddid mdr medcin
metabolicSyndrome mth-icpc2-icd10-7B mth-icpc2-icd10-AE mthicpc2E-AE multum naaccrCodes naics nanda nciVersionOfNDF-RT
nddf nic nmds nmmds noc nubc-UB92 oms opinions pnds rcFB rcV2 read-Codes sic snm soc standardBillingUnit umls url
usEPAsrs v2-0005 v3-HealthcareProviderTaxonomyHIPAA v3-PeriodicIntervalOfTimeAbbreviation v3-ProcedureMethod
v3-SpecialArrangement v3-UnitOfMeasurePrefix v3-brazilianProcedureCodesSUS v3-hc-aic v3-hc-aigc v3-hc-aign v3-hc-npn
v3-iso3166-1 v3-mediaType v3-nuccProviderCodes whoARTfl whoFRE whoGER whoPOR whoSPA
"""
"""Below it."""
_OTHERS = """
http://canadapost.ca/CodeSystem/ProvinceCodes
http://cap.org/eCC
http://cihi.ca/fhir/CodeSystem/cihi-cci
http://clinicaltrials.gov
http://dicom.nema.org/medical/dicom
http://hl7.org/fhir/NamingSystem/ca-hc-din
http://hl7.org/fhir/NamingSystem/ca-hc-npn
http://hl7.org/fhir/ndfrt
http://hl7.org/fhir/sid/ca-hc-npn
http://hl7.org/fhir/sid/icd-10-ca
http://hl7.org/fhir/sid/icd-10-nl
http://hl7.org/fhir/sid/icf-nl
http://hl7.org/fhir/sid/icpc-1
http://imohealth.com/ontology/
http://ncithesaurus-stage.nci.nih.gov
http://npu-terminology.org
http://purl.obolibrary.org/obo/hp.owl
http://radlex.org
http://standardterms.edqm.eu
http://terminology.hl7.org/NamingSystem/CMSCertificationNumber
http://terminology.hl7.org/temporary-uri/codeSystem/ICH-context-of-use
http://uri.hddaccess.com/cs/apdrg
http://uri.hddaccess.com/cs/aprdrg
http://va.gov/terminology/medrt
http://www.ada.org/cdt
http://www.ada.org/snodent
http://www.canada.ca/en/health-canada/services/drugs-health-products/drug-products/drug-product-database-1
http://www.canada.ca/en/health-canada/services/drugs-health-products/drug-products/drug-product-database-2
http://www.canada.ca/en/health-canada/services/drugs-health-products/drug-products/drug-product-database-3
http://www.canada.ca/en/health-canada/services/drugs-health-products/drug-products/drug-product-database-4
http://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets
http://www.genenames.org/geneId
http://www.genenames.org/genegroup
http://www.iana.org/assignments/media-types
http://www.lrg-sequence.org
http://www.nanda.org/
http://www.ncbi.nlm.nih.gov/projects/SNP
http://www.ncbi.nlm.nih.gov/refseq
http://www.pharmvar.org
http://www.rsna.org/RadLex_Playbook.aspx
https://cancerstaging.org
https://fevir.net/sevco
https://fhir-terminology.ohdsi.org
https://fhir.infoway-inforoute.ca/CodeSystem/canadianclinicaldrugdataset
https://fhir.infoway-inforoute.ca/CodeSystem/ctas
https://fhir.infoway-inforoute.ca/CodeSystem/pCLOCD
https://fhir.infoway-inforoute.ca/CodeSystem/scpqual
https://fhir.infoway-inforoute.ca/CodeSystem/scptype
https://fhir.infoway-inforoute.ca/CodeSystem/sctemp
https://iscn.karger.com
https://nahdo.org/sopt
https://nursing.uiowa.edu/cncce/nursing-interventions-classification-overview
https://phinvads.cdc.gov/vads/ViewCodeSystem.action?id=2.16.840.1.114222.4.5.274
https://term.omaha.org.cn
https://www.cdc.gov/nhsn/cdaportal/terminology/codesystem/cdcnhsn.html
https://www.cdc.gov/nhsn/cdaportal/terminology/codesystem/hsloc.html
https://www.cdc.gov/vaccines/hcp/vis/index.html
https://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets
https://www.cms.gov/Medicare/Coding/place-of-service-codes/Place_of_Service_Code_Set
https://www.cms.gov/Medicare/Medicare-Fee-for-Service-Payment/AcuteInpatientPPS/MS-DRG-Classifications-and-Software
https://www.cms.gov/Medicare/Medicare-Fee-for-Service-Payment/HospitalAcqCond/Coding
https://www.cms.gov/Medicare/Medicare-Fee-for-Service-Payment/ProspMedicareFeeSvcPmtGen/HIPPSCodes
https://www.iana.org/time-zones
https://www.isbt128.org/uri
https://www.isbt128.org/uri/productdescriptioncode
https://www.ncbi.nlm.nih.gov/gtr/
https://www.nubc.org/CodeSystem/ConditionCodes
https://www.nubc.org/CodeSystem/PatDischargeStatus
https://www.nubc.org/CodeSystem/PointOfOrigin
https://www.nubc.org/CodeSystem/PointOfOriginNewborn
https://www.nubc.org/CodeSystem/PresentOnAdmissionIndicator
https://www.nubc.org/CodeSystem/PriorityTypeOfAdmitOrVisit
https://www.nubc.org/CodeSystem/RevenueCodes
https://www.nubc.org/CodeSystem/TypeOfBill
https://www.nubc.org/CodeSystem/ValueCodesAndAmounts
https://www.w3.org/ns/did
https://x12.org/codes/claim-adjustment-reason-codes
https://x12.org/codes/remittance-advice-remark-codes
https://x12.org/codes/service-type-codes
https://x12.org/codesystem.x12.org/ambulance-transport-reason-codes
urn:iso:std:iso:11073:10101
urn:iso:std:iso:3166:-2
urn:iso:std:iso:3166:-3
urn:oid:2.16.840.1.113883.3.221.5
"""


@cache
def external() -> frozenset[str]:
    """The addresses of code systems whose codes are not here."""
    return frozenset((*ALIASES.values(), *_OTHERS.split(), *(_HL7 + name for name in _NAMES.split())))


def meant(url: str, others: Iterable[str] = ()) -> str:
    """The code system whose address was likely meant, of these and `others`; "" where none is like it."""
    if len(url) > _LONGEST:
        return ""
    bare = {_bare(one): one for one in (*others, *external())}
    word = _bare(url)
    # Long addresses have much in common anyway.
    near = get_close_matches(word, bare, 1, 0.77 if len(word) < _SHORT else 0.9)
    return bare[near[0]] if near else ""


def _bare(url: str) -> str:
    """What people get wrong least: without scheme, www, ending and case."""
    return re.sub(r"^[a-z]*://(www\.)?|[/#]+$", "", url.casefold())
