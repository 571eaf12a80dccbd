### The answers: infected or not, what it means, how far it reaches, what is not known.

## Infection: the verdict first, then why.

infected-cc-passed = { HOST($host) } はマルウェアに感染しています。C&Cサーバー(攻撃者が遠隔操作に使うサーバー)と通信しており、その通信は遮断されていません。
infected-cc-contained = { HOST($host) } はマルウェアに感染しています。C&Cサーバー(攻撃者が遠隔操作に使うサーバー)への接続を自動的に試みていますが、確認できた通信はすべて遮断しています。
infected-attacking = { HOST($host) } は侵害されています。この端末自身が、ほかの機器への攻撃を行っています。
infected-server = { HOST($host, as: "server") } は侵入を受けています。攻撃の直後に、サーバーの側から攻撃者側へ接続を開始しました。
infected-device = 機器 { $device } は侵害されています。機器自身のログが、改ざんまたは不正な通信を示しています。
infected-account = { accounts } が第三者に使われています。端末のマルウェア感染ではなく、不正なログインです。
not-infected-blocked = 感染していません。攻撃はすべて遮断されており、内部に届いたものはありません。
not-infected-failed = 感染していません。攻撃が失敗したことをログで確認しました。
not-infected-scan = 感染していません。外部からの探索のみで、内部への侵入を示すログはありません。
not-infected-policy = 感染していません。攻撃ではなく、利用ルールに関わる通信です。
not-infected-false = 感染していません。誤検知、または正常な通信です。
unknown-infection-delivered = 感染したかどうかは、ログだけでは判断できません。マルウェアは{ HOST($host) } に届いていますが、実行されたことを示す通信は確認していません。
unknown-infection-visited = 感染したかどうかは、ログだけでは判断できません。{ HOST($host) } のアクセスは通過しましたが、マルウェアの受信は確認していません。
unknown-infection-exploit = 感染したかどうかは、ログだけでは判断できません。{ HOST($host) } への攻撃は通過しましたが、成功したことを示す通信は確認していません。
unknown-infection-cc = 感染したかどうかは、まだ判断できません。{ HOST($host) } からC&Cサーバーに関わる通信がありましたが、感染と判断できる条件には達していません。
unknown-infection-client = 感染したかどうかは、まだ判断できません。通信は{ HOST($relay) } を経由しており、実際に通信した端末が分かっていません。
unknown-infection-relay = 感染したかどうかは、ログだけでは判断できません。マルウェアは{ HOST($host) } を通過しましたが、利用者の端末で開かれたかどうかは記録されません。
unknown-infection-credentials = マルウェアの感染は確認していません。ただし{ HOST($host) } から認証情報が送信されており、第三者に知られたものとして扱う必要があります。
unknown-infection-behaviour = 感染したかどうかは、ログだけでは判断できません。{ HOST($host) } の通信は普段と異なりますが、攻撃の証拠は見つかっていません。
# Logs of a device were missing: which, and from when until when.
blind-time = 機器 { $device } の{ $blind ->
    [times] 記録の時刻が正しくなかった時間
    [some] 記録の一部が欠けていた時間
   *[all] 記録が途絶えていた時間
}({ $since } から{ GIVEN($until) ->
    [yes] {" "}{ $until } まで
   *[no] 継続中
})
unknown-infection-blind = 感染したかどうかは判断できません。受信したログに感染を示すものはありませんが、{ blind-time }があります。

## Impact.

impact-none = 業務への影響はありません。
impact-blind = 受信したログに業務への影響を示すものはありません。記録のない間については分かりません。
impact-remote-control = { HOST($host) } は攻撃者に遠隔操作される状態にあります。端末内の情報と、この端末から届く範囲のシステムが危険にさらされています。
impact-contained = { HOST($host) } はマルウェアが動作していますが、攻撃者との通信は遮断されています。別の経路で持ち出される前に、端末の隔離が必要です。
impact-server = { HOST($host, as: "server") } 上で攻撃者の命令が実行されています。サーバー内のデータと、接続先のシステムが危険にさらされています。
impact-malware = { HOST($host) } でマルウェアが実行されると、情報の窃取やファイルの暗号化につながります。
impact-credentials = 送信された認証情報で、メールやVPNなどに不正にログインされるおそれがあります。
impact-spread = 内部の{ COUNT($hosts) }台に攻撃が届いており、被害の拡大を止める必要があります。
impact-third-parties = 外部の組織が攻撃を受けています。貴組織が攻撃元とみなされます。
impact-account = このアカウントで利用できるシステムとデータに、第三者が入れる状態です。
impact-availability = 通信の遅延や停止など、サービスの利用に影響が出ることがあります。
impact-device = 機器 { $device } を通る通信の保護が信頼できない状態です。
impact-open = 影響の有無は、お願いした確認が終わるまで確定できません。

## Scope.

scope-one-host = ログで確認できた対象は{ HOST($host) } の1台です。
scope-hosts = 対象は{ COUNT($count) }台です: { $hosts }。
scope-same-file = 同じファイルが確認された端末(遮断されたものを含む): { $hosts }。
scope-same-destination = 同じ宛先 { $indicator } への通信が確認された端末(遮断されたものを含む): { $hosts }。
scope-bytes = 攻撃者側へ送信されたデータ量は { $bytes } です。
scope-users = 関係する利用者: { $users }。
scope-targets = 攻撃の対象は{ COUNT($count) }台です。
scope-none = 受信したログの範囲では、ほかに影響を受けた端末はありません。

## What is not known.

unknown-outcome = 攻撃が成功したかどうかは、機器のログからは分かりません。
unknown-client = { HOST($relay) } の向こうのどの端末が通信したかは分かりません。
unknown-traffic = 該当する通信のトラフィックログを受信していないため、通信の成否とデータ量を確認できていません。
unknown-executed = ファイルが端末で実行されたかどうかは、機器のログからは分かりません。
unknown-entered = マルウェアがいつ、どこから入ったかは、受信したログからは分かりません。
unknown-encrypted = 通信が暗号化されているため、内容は確認できません。
unknown-inside = 機器を通らない内部の通信は確認できません。
unknown-sent = どのような情報が送信されたかは、機器のログからは分かりません。
unknown-verdict = サンドボックスの判定がまだ届いていません。
unknown-habit = 学習期間が足りないため、普段の通信との比較はできていません。
unknown-sniffer = 機器が通信の複製を監視する構成のため、通信の成否を直接は確認できません。
unknown-delivered = メールやファイルが利用者に届いたか、開かれたかは分かりません。
unknown-blind = このインシデントの期間に、{ blind-time }があります。その間に何があったかは分かりません。「異常なし」とは判断していません。
unknown-cut = 件数が多いため、記録を一部省略しています。件数は「少なくとも」の値です。
