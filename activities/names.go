package activities

// The activity types: names on the wire, which never change silently (law 8).
const (
	// Recorded rulings and the record, run as local activities.
	NameIntake    = "Intake"
	NameClocks    = "Clocks"
	NameAdmit     = "Admit"
	NameAssess    = "Assess"
	NameAuthorize = "Authorize"
	NamePlan      = "Plan"
	NameInspect   = "Inspect"
	NameSilence   = "Silence"
	NameSuspend   = "Suspend"
	NameResume    = "Resume"
	NameExtend    = "Extend"
	NameReproject = "Reproject"
	NameHistory   = "CustomerHistory"
	NameRecord    = "Record" // also an ordinary activity when the record is away
	NameAdopt     = "Adopt"  // likewise

	NameGetOrder       = "GetOrder"
	NameGetDispatch    = "GetDispatch"
	NameTraceParcel    = "TraceParcel"
	NameTraceOrder     = "TraceOrder"
	NamePaymentFacts   = "PaymentFacts"
	NameAnnounceReturn = "AnnounceReturn"
	NameIssueLabel     = "IssueLabel"
	NameCancelReturn   = "CancelReturn"
	NameVoidLabel      = "VoidLabel"
	NamePay            = "Pay"
	NameReconcile      = "Reconcile"
	NameSweepCases     = "SweepCases"

	NameReplace           = "Replace"
	NameCancelReplacement = "CancelReplacement"
	NameIntercept         = "Intercept"
	NameRelease           = "Release"
	NameAmend             = "Amend"

	NameAnnounceRepair = "AnnounceRepair"
	NameApproveRepair  = "ApproveRepair"
	NameCancelRepair   = "CancelRepair"

	// Of recoveries: the first two run as local activities, and as ordinary ones when the
	// record is away.
	NameOpenRecovery   = "OpenRecovery"
	NameRecordRecovery = "RecordRecovery"
	NameFileClaim      = "FileClaim"
	NameFindClaim      = "FindClaim"
)
