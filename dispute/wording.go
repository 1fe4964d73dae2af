package dispute

// DeliveryRule is how notices reach people (docs/notices.md).
type DeliveryRule struct {
	Language Language `yaml:"language"` // of who chose none
	// Urgent are notices to customers that do not wait for the end of the quiet hours.
	Urgent []Milestone `yaml:"urgent"`
	// BankDays is within how many working days a bank shows money that was sent.
	BankDays int64  `yaml:"bank_days"`
	Basis    string `yaml:"basis"`
}

// Wording is what people are told in one language.
type Wording struct {
	Greeting string                       `yaml:"greeting"` // first line to a customer
	Closing  string                       `yaml:"closing"`  // last lines to a customer
	Words    map[string]string            `yaml:"words"`    // for codes, such as return_refund or photo
	Notices  map[Milestone]NoticeTemplate `yaml:"notices"`
	// Other is for a notice without a template of its own.
	Other NoticeTemplate `yaml:"other"`
}

// NoticeTemplate is one notice: text with placeholders, {{date .resolve_by}}.
type NoticeTemplate struct {
	Subject string `yaml:"subject"`
	Text    string `yaml:"text"`
}

// Letter is a notice in words.
type Letter struct {
	Language Language `json:"language"`
	Subject  string   `json:"subject"`
	Text     string   `json:"text"`
	Source   string   `json:"source"` // one of the Wording constants
}

// Where the words of a letter come from.
const (
	WordingPolicy  = "policy"  // the template of the case's policy
	WordingBuiltIn = "builtin" // the policy has none that works: that of the newest default policy
	WordingOther   = "other"   // there is none anywhere: the words for everything else
)
