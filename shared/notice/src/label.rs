//! The frame's texts: everything a notice says that the engine did not.

macro_rules! labels {
    ($($variant:ident = $key:literal ($($arg:literal),* $(,)?)),+ $(,)?) => {
        /// Every piece of the frame. Each has a text in every language; a test compares them.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum Label { $($variant),+ }

        impl Label {
            /// Every label.
            #[cfg(test)]
            pub(crate) const ALL: &'static [Label] = &[$(Label::$variant),+];

            /// Returns the key of the message in the language files.
            pub(crate) const fn as_str(self) -> &'static str {
                match self { $(Label::$variant => $key),+ }
            }

            /// Returns the names of its arguments, in order.
            pub(crate) const fn args(self) -> &'static [&'static str] {
                match self { $(Label::$variant => &[$($arg),*]),+ }
            }
        }
    };
}

labels! {
    // Words of closed lists, and values.
    WordFunction = "word-function" ("word"),
    WordProblem = "word-problem" ("word"),
    WordSymptom = "word-symptom" ("symptom"),
    WordMachine = "word-machine" ("word"),
    Chart = "chart" ("usual", "seen"),
    WordBehaviour = "word-behaviour" ("word"),
    Machine = "machine" ("noun", "address"),
    MachineUnknown = "machine-unknown" ("noun"),
    Quoted = "quoted" ("text"),
    NotNamed = "not-named" (),
    NotKnown = "not-known" (),
    ListMore = "list-more" ("shown", "more"),
    Span = "span" ("unit", "first", "second"),
    Clock = "clock" ("hour", "minute"),
    Date = "date" ("month", "day"),

    // Headline and change.
    BarrierNote = "barrier-note" ("barrier"),
    Headline = "headline" ("barrier", "level"),
    HeadlineCalm = "headline-calm" ("level"),
    HeadlineHealth = "headline-health" ("kind", "device", "problem"),
    ChangeRise = "change-rise" ("previous", "level"),
    ChangeSame = "change-same" ("level"),
    ChangeFall = "change-fall" ("previous", "level"),
    ChangeCorrected = "change-corrected" ("level"),
    ChangeClosed = "change-closed" ("time"),
    ChangeClosedBy = "change-closed-by" ("who"),
    ChangeWhy = "change-why" ("text"),
    ChangeNews = "change-news" (),

    // The frame of a mail.
    MailRepeat = "mail-repeat" (),
    MailTo = "mail-to" ("tenant", "name"),
    MailFrom = "mail-from" ("soc", "urgency"),
    MailGuest = "mail-guest" (),
    MailAbout = "mail-about" ("subject"),
    MailUser = "mail-user" ("name"),
    MailFirst = "mail-first" ("time"),
    MailNumber = "mail-number" ("number"),
    SectionConclusion = "section-conclusion" (),
    SectionActs = "section-acts" (),
    SectionTimeline = "section-timeline" ("zone"),
    SectionGrounds = "section-grounds" (),
    SectionImpact = "section-impact" (),
    SectionUnknown = "section-unknown" (),
    SectionSoc = "section-soc" (),
    SectionNext = "section-next" (),
    SectionEvidence = "section-evidence" (),
    ActItem = "act-item" ("deadline", "act"),
    ActsNone = "acts-none" (),
    ActsDone = "acts-done" (),
    Deadline = "deadline" ("within", "date", "time"),
    Moment = "moment" ("time", "text"),
    MomentLast = "moment-last" ("time"),
    MomentsCut = "moments-cut" ("count"),
    ReasonItem = "reason-item" ("text", "rule"),
    SocWatching = "soc-watching" (),
    NextOpen = "next-open" ("time"),
    NextHealth = "next-health" (),
    NextNoted = "next-noted" (),
    NextRecovered = "next-recovered" (),
    NextClosed = "next-closed" (),
    NextCorrected = "next-corrected" (),
    EvidenceHead = "evidence-head" ("time", "device", "summary"),
    EvidenceLine = "evidence-line" ("src", "dst", "what", "word"),
    EvidenceLineBare = "evidence-line-bare" ("what", "word"),
    EvidenceCut = "evidence-cut" ("count"),
    FooterNumber = "footer-number" ("number"),
    FooterPhone = "footer-phone" ("soc", "phone"),
    FooterSoc = "footer-soc" ("soc"),
    BodyCut = "body-cut" (),

    // Digest.
    DigestHeadline = "digest-headline" ("date", "count"),
    DigestConclusion = "digest-conclusion" (),
    DigestActs1 = "digest-acts-1" (),
    DigestActs2 = "digest-acts-2" (),
    DigestSoc1 = "digest-soc-1" (),
    SectionDigest = "section-digest" (),
    DigestItem = "digest-item" ("number", "title"),
    DigestMore = "digest-more" ("count"),

    // Subject and SMS.
    What = "what" ("title", "outcome", "where", "site"),
    BarrierShort = "barrier-short" ("barrier"),
    ActShort = "act-short" ("act"),
    ActShortest = "act-shortest" ("act"),
    SmsHead = "sms-head" ("kind", "previous", "level", "repeat"),
    SmsStory = "sms-story" ("kind", "what", "barrier"),
    SmsStoryShort = "sms-story-short" ("kind", "what", "barrier"),
    SmsOthers = "sms-others" ("who", "count"),
    SmsFull = "sms-full" ("head", "tenant", "who", "story", "act", "number"),
    SmsBrief = "sms-brief" ("head", "tenant", "who", "story", "act", "number"),
    SmsAlone = "sms-alone" ("head", "who", "story", "act", "number"),
    SmsBare = "sms-bare" ("head", "who", "act", "number"),
    SmsFolded = "sms-folded" ("head", "tenant", "who", "count", "barrier", "act", "number"),
    SmsFoldedBrief = "sms-folded-brief" ("head", "who", "count", "act", "number"),
}
