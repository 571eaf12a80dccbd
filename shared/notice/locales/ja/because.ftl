### Why a level: the sentence behind each rule of the service.

because-blocked = { $attacker } からの攻撃は{ $count ->
    [1] 遮断されています
   *[other] { $count }件すべて遮断されています
}。
because-scan = { $attacker } からの通信は、機器自身がスキャン(探索)と判定しました。
because-exploit-open = 攻撃{ $what }は遮断されておらず、成否を示すログがまだありません。
because-exploit-answered = 攻撃{ $what }は遮断されておらず、サーバーは { $bytes } の応答を返しました。応答だけでは成功とも失敗とも判断できません。
because-exploit-minor = { $what }は、探索または汎用的な攻撃の検知であり、実害を示すものではありません。
because-exploit-failed = 攻撃{ $what }に対してサーバーは応答を返さないか拒否しており、攻撃は失敗しています。
because-callback = 攻撃から{ $minutes ->
    [0] 1
   *[other] { $minutes }
}分以内に、{ HOST($host, as: "server") } の側から { $peer } へ接続を開始しました。攻撃が成功した証拠です。
because-other-contact = 攻撃のあとに{ HOST($host, as: "server") } が { $peer } へ接続していますが、普段の通信かどうかを判断できる実績がまだありません。
because-campaign = { $attacker } が{ COUNT($targets) }台に対して{ COUNT($families) }種類の攻撃を行い、一部が遮断されていません。
because-victim = { $what }は{ HOST($host) } に向けて送られた攻撃であり、この端末は攻撃を受けた側です。
because-site-blocked = { $site ->
    [phishing] フィッシングサイト
   *[malicious] 悪性サイト
}へのアクセスは遮断されています。
because-site-allowed = { $site ->
    [phishing] フィッシングサイト
   *[malicious] 悪性サイト
}へのアクセスが遮断されずに通過しました。
because-site-malware = { $site ->
    [phishing] フィッシングサイト
   *[malicious] 悪性サイト
}へのアクセスに続いて、マルウェアが端末に届きました。
because-credentials = フィッシングサイト { $indicator } へ、組織の認証情報が送信されました。
because-credentials-blocked = フィッシングサイトへの認証情報の送信は遮断されています。
because-malware-blocked = マルウェア{ $what }は遮断されており、端末に届いていません。
because-malware-reached = マルウェア{ $what }が遮断されずに端末へ届きました。
because-malware-relay = マルウェア{ $what }が中継機器(メールサーバーなど)を通過しました({ COUNT($count) }件)。端末に届いたことはログからは確認できません。
because-sandbox = 端末に届いたファイル{ $file }を、サンドボックスがマルウェアと判定しました。
because-sandbox-withdrawn = サンドボックスが、ファイル{ $file }の判定を「無害」に改めました。
because-guess = { $what }は機械による推定であり、マルウェアかどうかの判定を待っています。
because-unwanted = { $what }は不要なソフトウェアであり、攻撃ではありません。
because-test-file = { $what }は動作確認用のテストファイルです。
because-unscannable = ファイル{ $file }は検査できませんでした。今後の検知と照合するため記録しています。
because-cc-payload = マルウェア{ $what }とC&Cサーバーの通信内容そのものが検知され、遮断されていません。
because-cc-sessions = { -cc } { $indicator } との間で、{ COUNT($count) }回の通信でデータが双方向に流れました。
because-cc-one-session = { -cc } { $indicator } への通信は1回だけで、感染と判断できる条件には達していません。
because-cc-lookup = { -cc } { $indicator } の名前解決のみで、その後の通信は確認していません。
because-cc-few = C&Cサーバーへの通信の試行は{ COUNT($attempts) }回で、遮断されています。感染と判断する回数には達していません。
because-cc-persistent = { $contained ->
    [yes] 通信は遮断されていますが、
   *[no] {""}
}端末が{ $minutes }分間に{ COUNT($attempts) }回、C&Cサーバーへの接続を試みています。人の操作では起こらない動きのため、感染と判断しました。
because-cc-hours = { $contained ->
    [yes] 通信は遮断されていますが、
   *[no] {""}
}1日のうち{ $hours }つの異なる時間帯でC&Cサーバーへの接続を試みています。自動的な動作のため、感染と判断しました。
because-cc-families = { $contained ->
    [yes] 通信は遮断されていますが、
   *[no] {""}
}{ COUNT($families) }種類のマルウェア({ $families })のC&C通信が同じ端末から出ているため、感染と判断しました。
because-cc-after-delivery = { $contained ->
    [yes] 通信は遮断されていますが、
   *[no] {""}
}マルウェアが届いてから{ $hours ->
    [0] 1
   *[other] { $hours }
}時間以内にC&Cサーバーへの接続を試みたため、感染と判断しました。
because-cc-search = { $attacker } がC&Cサーバーを探している通信であり、内部の端末が感染していることを示すものではありません。
because-client-unknown = 通信は{ HOST($relay) } を経由しており、実際に通信した端末がログから分かりません。
because-outbound = 内部の端末が、外部の{ COUNT($hosts) }台に対して{ COUNT($attempts) }回の攻撃を送信しています。
because-outbound-one = 攻撃とみられる通信の宛先は1か所だけで、感染と判断できる条件には達していません。
because-outbound-generic = 通常のWeb閲覧でも検知される種類のもので、攻撃の送信とは判断できません。
because-lateral-passed = 内部の端末から内部への攻撃{ $what }が、遮断されずに通過しました。
because-lateral-hosts = 内部の端末が、内部の{ COUNT($hosts) }台に対して攻撃を行っています。
because-lateral-blocked = 内部への攻撃は1回だけで、遮断されています。
because-inside-scan = 内部の端末が、短時間に{ COUNT($hosts) }台へ同じポートで接続を試みています。
because-inside-scan-sign = 内部の端末が短時間に{ COUNT($hosts) }台へ接続を試みており、同じ端末にほかの侵害の証拠もあります。
because-guessing = パスワードの試行は{ COUNT($count) }回すべて失敗しています。
because-takeover = ログインの失敗が続いたあとに、同じ接続元から{ accounts } でのログインが成功しました。
because-person = { COUNT($count) }回の失敗のあとの成功であり、利用者本人の入力誤りとみています。
because-analyst = SOCのアナリスト{ $who }の判断です({ $why })。
because-allowed = 許可リストに登録された通信です(登録の理由: { $why })。
because-policy = { $what }は利用ルールに関わる通信で、攻撃の証拠はありません。
because-background = 判定の対象となる攻撃はありません。
because-behaviour = 普段と異なる通信({ $what })だけでは、攻撃とは判断できません。経過を観察しています。
because-behaviours = 同じ端末で、普段と異なる通信が24時間以内に{ COUNT($kinds) }種類({ $kinds })見つかりました。
because-integrity = 機器自身の改ざんなどを示すイベント{ $what }が記録されました。
because-device-cc = 機器自身が、{ -cc } { $peer } と通信しました。
because-dos-mitigated = サービス妨害攻撃は機器が防いでいます。
because-dos-unmitigated = サービス妨害攻撃が防御されずに通過しています。
because-dos-overload = サービス妨害攻撃が防御されずに通過し、機器が過負荷になりました。
because-web-shell = Webシェル{ $what }を操作する通信が、遮断されずに通過しました。

## What would have changed the level.

change-callback = 攻撃を受けた{ HOST($host, as: "server") } が攻撃者側へ接続を開始していた場合
change-no-answer = サーバーが応答を返していないことがログで確認できた場合
change-passed = 攻撃が遮断されずに通過していた場合
change-attempts = C&Cサーバーへの接続の試行があと{ COUNT($more) }回あった場合
change-payload = マルウェアの通信内容そのものが検知された場合
change-delivery = 同じ端末に24時間以内にマルウェアが届いていた場合
change-client = 実際に通信した端末が特定された場合
change-two-way = C&Cサーバーとの間でデータが双方向に流れていた場合
change-malware-follows = サイトへのアクセスに続いてマルウェアが端末に届いていた場合
change-credentials = 認証情報が送信されていた場合
change-reached-host = マルウェアが端末に届いていた場合
change-verdict = サンドボックスがマルウェアと判定した場合
change-verdict-withdrawn = サンドボックスの判定が「無害」に改められた場合
change-second-host = 2台目の宛先への攻撃があった場合
change-other-sign = 同じ端末にほかの侵害の証拠があった場合
change-login-success = 同じ接続元からのログインが成功していた場合
change-second-behaviour = 同じ端末で別の種類の普段と異なる通信が見つかった場合
change-overload = 機器が過負荷になっていた場合
