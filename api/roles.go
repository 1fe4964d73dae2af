package api

import "github.com/redresshq/redress/dispute"

// access is how far a role may use an operation.
type access int

// The grades of access; the zero value is none.
const (
	none  access = iota
	own          // on the caller's own cases
	every        // on every case
)

// grant says who may use one operation.
type grant struct {
	public bool // no credentials
	signed bool // a partner's signature instead of a token
	roles  map[dispute.Role]access
}

// to says how far the role may use the operation.
func (g grant) to(r dispute.Role) access { return g.roles[r] }

// The sets of roles that the table below is made of.
var (
	everybody = grant{public: true}
	partners  = grant{signed: true}
	// readers see cases: everyone, each in their scope.
	readers = grant{roles: map[dispute.Role]access{
		dispute.RoleCustomer: own, dispute.RoleAgent: every, dispute.RoleSupervisor: every,
		dispute.RoleFinance: every, dispute.RoleMachine: every, dispute.RoleAdmin: every}}
	// persons see what people sent: no machine does.
	persons = grant{roles: map[dispute.Role]access{
		dispute.RoleCustomer: own, dispute.RoleAgent: every, dispute.RoleSupervisor: every,
		dispute.RoleFinance: every, dispute.RoleAdmin: every}}
	// parties act on a case: the customer, or staff.
	parties = grant{roles: map[dispute.Role]access{
		dispute.RoleCustomer: own, dispute.RoleAgent: every, dispute.RoleSupervisor: every, dispute.RoleAdmin: every}}
	customers = grant{roles: map[dispute.Role]access{dispute.RoleCustomer: own}}
	staff     = grant{roles: map[dispute.Role]access{
		dispute.RoleAgent: every, dispute.RoleSupervisor: every, dispute.RoleAdmin: every}}
	supervisors = grant{roles: map[dispute.Role]access{dispute.RoleSupervisor: every, dispute.RoleAdmin: every}}
	treasurers  = grant{roles: map[dispute.Role]access{
		dispute.RoleSupervisor: every, dispute.RoleFinance: every, dispute.RoleAdmin: every}}
	// desk is everyone of the shop who has to do with claims against partners.
	desk = grant{roles: map[dispute.Role]access{
		dispute.RoleAgent: every, dispute.RoleSupervisor: every, dispute.RoleFinance: every, dispute.RoleAdmin: every}}
	// lawgivers publish rules.
	lawgivers = grant{roles: map[dispute.Role]access{dispute.RoleAdmin: every}}
	machines  = grant{roles: map[dispute.Role]access{dispute.RoleMachine: every, dispute.RoleAdmin: every}}
)

// grants is the one table of who may do what, by operation id. An operation
// without a row is open to nobody, and a test fails.
var grants = map[string]grant{
	"listNotices":           readers,
	"listWebhookEndpoints":  machines,
	"createWebhookEndpoint": machines,
	"getWebhookEndpoint":    machines,
	"updateWebhookEndpoint": machines,
	"deleteWebhookEndpoint": machines,
	"rotateWebhookSecret":   machines,
	"pingWebhookEndpoint":   machines,
	"listWebhookDeliveries": machines,
	"replayWebhookDelivery": machines,

	"openCase":            parties,
	"listCases":           readers,
	"getCase":             readers,
	"getTimeline":         readers,
	"getForecast":         staff,
	"addEvidence":         parties,
	"getEvidenceContent":  persons,
	"makeOffer":           staff,
	"respondToOffer":      parties, // the desk answers a mediator
	"decide":              staff,
	"answerApproval":      treasurers,
	"shipReturn":          parties,
	"getLabel":            parties,
	"reissueLabel":        parties,
	"resolveRefund":       treasurers,
	"resolveLeg":          supervisors,
	"escalate":            parties,
	"withdraw":            parties,
	"suspend":             staff,
	"resume":              staff,
	"extend":              staff,
	"appeal":              parties,
	"reopen":              parties,
	"answerSurvey":        customers,
	"answerQuote":         customers,
	"requestEvidence":     staff,
	"giveSecondOpinion":   supervisors,
	"reviewRisk":          staff,
	"listBatches":         desk,
	"getCustomer":         persons,
	"setPreferences":      parties,
	"mediate":             parties,
	"unassign":            staff,
	"listCaseRules":       staff,
	"addNote":             parties,
	"assign":              staff,
	"triage":              parties,
	"searchArticles":      persons,
	"getArticle":          persons,
	"listCaseArticles":    staff,
	"writeArticle":        supervisors,
	"writeArticleVersion": supervisors,
	"setArticleState":     supervisors,
	"countArticleUse":     parties,
	"getDeflection":       supervisors,
	"listRecoveries":      desk,
	"getRecovery":         desk,
	"writeOffRecovery":    desk,
	"approveWriteOff":     treasurers,
	"contestRecovery":     staff,
	"settleRecovery":      treasurers,
	"listPartnerEvents":   staff,
	"matchPartnerEvent":   staff,
	"listPolicies":        staff,
	"getPolicy":           staff,
	"publishPolicy":       lawgivers,
	"checkPolicy":         lawgivers,
	"listCalendars":       staff,
	"getCalendarYear":     staff,
	"publishCalendar":     lawgivers,
	"getReport":           treasurers, // finance: those about money
	"listWeeklyReports":   supervisors,
	"getDossier":          staff,
	"listAccesses":        supervisors,
	"listEvents":          machines,
	"receiveWebhook":      partners,
	"healthz":             everybody,
	"readyz":              everybody,
	"metrics":             everybody,
	"openapi":             everybody,
}
