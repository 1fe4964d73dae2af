package dispute

// Role is what a caller may be; design: REST contract, Roles.
type Role string

// The roles. RoleSystem is the engine itself and never a caller.
const (
	RoleCustomer   Role = "customer"
	RoleAgent      Role = "agent"
	RoleSupervisor Role = "supervisor" // includes agent
	RoleFinance    Role = "finance"
	RoleMachine    Role = "machine"
	RoleAdmin      Role = "admin"

	RoleSystem    Role = "system"
	RoleWarehouse Role = "warehouse"
	RoleCarrier   Role = "carrier"
	RolePayment   Role = "payment"
	RoleSupplier  Role = "supplier"
)

// Actor is who did something: a role and an id without personal data.
type Actor struct {
	Role Role   `json:"role"`
	ID   string `json:"id,omitempty"`
}

// System is the engine as an actor.
var System = Actor{Role: RoleSystem}

// Is says whether the actor has the role, given that a supervisor is an agent too.
func (a Actor) Is(r Role) bool {
	return a.Role == r || (r == RoleAgent && a.Role == RoleSupervisor)
}
