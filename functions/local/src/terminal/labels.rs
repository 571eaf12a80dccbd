//! The words of the command itself: headings, column names, the closed lists. What is said about an incident comes
//! from `notice`.

use hinomi_model::{Actor, Channel, Confidence, Infection, Language, Outcome, Status, Within};

macro_rules! labels {
    ($($name:ident $ja:literal $en:literal),+ $(,)?) => {
        /// A word or heading that the command shows.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[allow(missing_docs, reason = "the words explain themselves")]
        pub enum Label { $($name),+ }

        impl Label {
            /// Returns the label in a language.
            pub const fn text(self, language: Language) -> &'static str {
                match (self, language) {
                    $((Label::$name, Language::Ja) => $ja, (Label::$name, Language::En) => $en),+
                }
            }

            #[cfg(test)]
            const ALL: &'static [Label] = &[$(Label::$name),+];
        }
    };
}

labels! {
    Number "番号" "number",
    Level "レベル" "level",
    What "内容" "what",
    Who "端末 ← 相手" "host ← attacker",
    Result "結果" "result",
    When "時刻" "when",
    ToldBy "通知" "told",
    Incidents "インシデント" "Incidents",
    NoIncidents "インシデントはありません。" "No incidents.",
    MoreIncidents "件は一覧を省略しました。全件は次のファイルにあります:" "more are not shown; all of them are in",
    ChooseOne "1件を選んでください" "Choose one",
    MostSerious "最も重大なインシデント" "The most serious one",
    MailSent "送られるメール" "The e-mail that it causes",
    SmsSent "送られるSMS" "The SMS that it causes",
    NothingSent "このインシデントでは誰にも通知しません。" "Nobody is told of this incident.",
    To "宛先" "to",
    TryNext "次にお試しください" "Try next",
    TryExplain "なぜこのレベルなのかを見る" "why an incident has its level",
    TryReplay "ご自身のログで試す" "your own logs",
    TryRegistry "機器と内部アドレスを登録して" "with your devices and inside addresses",
    TryParse "1行ずつ正規化されたイベントを見る" "one normalised event a line",
    HowToRun "(ソースから実行する場合は hinomi の代わりに: cargo run --release --)" "(from the source, instead of hinomi: cargo run --release --)",
    TryHelp "すべてのコマンド" "everything else",
    Lines "行" "lines",
    Done "処理" "read as events",
    Quarantined "隔離" "quarantined",
    Findings "検知" "findings",
    Notices "通知" "notices",
    Seconds "秒" "s",
    PerSecond "イベント/秒" "events/s",
    WrittenTo "出力先" "Results are in",
    LevelFour "攻撃が成功し、侵入がログで確認されています" "the attack succeeded and an intrusion is visible in the logs",
    LevelThree "攻撃が成功しましたが、侵入は(まだ)確認されていません" "the attack succeeded; an intrusion is not (yet) visible",
    LevelTwo "実際の攻撃で、成否の確認が必要です" "a real attack; whether it succeeded needs checking",
    LevelOne "無害な調査、または失敗が確認された攻撃です" "harmless, or an attack proven to have failed",
    LevelZero "正常な通信、または誤検知です" "normal traffic or a false positive",
    Health "機器の状態" "health",
    Blocked "遮断済み" "blocked",
    Failed "失敗" "failed",
    Open "確認中" "open",
    NotBlocked "未遮断" "not blocked",
    Hosts "端末" "hosts",
    Attackers "相手" "attackers",
    Users "利用者" "users",
    Devices "機器" "devices",
    Seen "期間" "seen",
    State "状態" "state",
    StatusOpen "継続中" "open",
    StatusRecovered "回復" "recovered",
    StatusClosed "終了" "closed",
    Confidence "確度" "confidence",
    High "高" "high",
    Medium "中" "medium",
    Low "低" "low",
    Infection "感染" "infection",
    Infected "感染あり" "infected",
    NotInfected "感染なし" "not infected",
    CannotTell "判断できません" "cannot tell",
    Contained "遮断により封じ込め済み" "contained: what the host tried was blocked throughout",
    Suppressed "許可設定により" "allowed by the registry",
    Why "このレベルの根拠" "Why this level",
    Rule "規則" "rule",
    Supports "が示すレベル" "supports level",
    RestsOn "根拠となる事実" "rests on",
    Times "回" "times",
    AtLeast "少なくとも" "at least",
    LinesBehind "ログ" "line",
    NotKept "行はこの文書に残していません(上限)" "more lines are not kept in the incident",
    OtherFacts "その他の事実" "Other facts",
    WhatHappened "経過" "What happened",
    WouldChange "次の事実があればレベルは変わりました" "What would have changed it",
    ToLevel "レベル" "level",
    History "経過" "History",
    Revision "版" "revision",
    Assessment "判定" "Assessment",
    Cause "原因" "Cause",
    AnswerInfection "感染" "Infection",
    Impact "影響" "Impact",
    Scope "範囲" "Scope",
    ToDo "対処" "What to do",
    Unknowns "不明な点" "Not known",
    ByCustomer "お客様" "customer",
    BySoc "SOC" "SOC",
    WithinNow "直ちに" "now",
    WithinHour "1時間以内" "within the hour",
    WithinToday "本日中" "today",
    WithinWeek "1週間以内" "this week",
    Email "メール" "e-mail",
    Sms "SMS" "SMS",
    Nobody "—" "—",
}

/// Returns the meaning of a level.
pub(crate) const fn level_meaning(level: u8) -> Label {
    match level {
        4 => Label::LevelFour,
        3 => Label::LevelThree,
        2 => Label::LevelTwo,
        1 => Label::LevelOne,
        _ => Label::LevelZero,
    }
}

impl From<Outcome> for Label {
    fn from(outcome: Outcome) -> Label {
        match outcome {
            Outcome::Blocked => Label::Blocked,
            Outcome::Failed => Label::Failed,
            Outcome::Unknown => Label::Open,
            Outcome::Succeeded => Label::NotBlocked,
        }
    }
}

impl From<Infection> for Label {
    fn from(infection: Infection) -> Label {
        match infection {
            Infection::Infected => Label::Infected,
            Infection::NotInfected => Label::NotInfected,
            Infection::Unknown => Label::CannotTell,
        }
    }
}

impl From<Status> for Label {
    fn from(status: Status) -> Label {
        match status {
            Status::Open => Label::StatusOpen,
            Status::Recovered => Label::StatusRecovered,
            Status::Closed => Label::StatusClosed,
        }
    }
}

impl From<Confidence> for Label {
    fn from(confidence: Confidence) -> Label {
        match confidence {
            Confidence::High => Label::High,
            Confidence::Medium => Label::Medium,
            Confidence::Low => Label::Low,
        }
    }
}

impl From<Actor> for Label {
    fn from(actor: Actor) -> Label {
        match actor {
            Actor::Customer => Label::ByCustomer,
            Actor::Soc => Label::BySoc,
        }
    }
}

impl From<Within> for Label {
    fn from(within: Within) -> Label {
        match within {
            Within::Now => Label::WithinNow,
            Within::Hour => Label::WithinHour,
            Within::Today => Label::WithinToday,
            Within::Week => Label::WithinWeek,
        }
    }
}

impl From<Channel> for Label {
    fn from(channel: Channel) -> Label {
        match channel {
            Channel::Email => Label::Email,
            Channel::Sms => Label::Sms,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_label_has_words_in_both_languages() {
        for label in Label::ALL {
            for language in Language::ALL {
                assert!(!label.text(*language).is_empty(), "{label:?} {language}");
            }
        }
    }
}
