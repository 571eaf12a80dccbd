### SOCのコンソール: 一覧とインシデント。値はページを作る側でエスケープする。

## レベル

level-health = 機器
tile-l4 = レベル4
tile-l3 = レベル3
tile-l2 = レベル2
tile-l1 = レベル1
tile-health = 機器の状態
meaning-l4 = 攻撃が成功し、侵入がログで確認されています。
meaning-l3 = 攻撃が成功しましたが、侵入は(まだ)確認されていません。
meaning-l2 = 実際の攻撃です。成功したかどうかの確認が必要です。
meaning-l1 = 無害、または失敗が確認された攻撃です。
meaning-health = 機器、またはそのログの状態です。

## 一覧

column-level = レベル
column-what = インシデント
column-host = 端末
column-tenant = お客様
column-age = 経過
column-told = 通知
filter-level = レベル
filter-tenant = お客様
filter-all-tenants = すべてのお客様
filter-apply = 表示
show-told = レベル4・3・2と機器の状態
show-4 = レベル4
show-3 = レベル3
show-2 = レベル2
show-1 = レベル1
show-health = 機器の状態
show-all = 継続中のすべて
queue-empty = 該当する継続中のインシデントはありません。
queue-cut = { $found }件のうち{ $shown }件を表示しています。レベルかお客様で絞り込んでください。
queue-more = 「+」は、そのレベルを{ $number }件まで調べ、まだほかにある可能性があることを示します。
queue-unreadable = { $number }件はこの版では読めません。
as-of = { $time }({ $zone })現在
last-seen = 最終 { $time }
age-title = 最初 { $first }、最終 { $last }
and-more = ほか{ $number }件
ago-now = 今
ago-minutes = { $first }分
ago-hours = { $first }時間{ $second }分
ago-days = { $first }日{ $second }時間

## 通知

told-not-yet = 未通知
told-not-needed = 通知対象外
told-on-its-way = 送信中
told-refused = 未達
told-repeated = 重複の可能性
channel-email = メール
channel-sms = SMS

## インシデント

incident-none = このインシデントはありません。ほかのインシデントに統合されたか、保存期間を過ぎた可能性があります。
incident-foot = 時刻は{ $zone }です。インシデント { $id }。ログ行は記録されたままの表示です。ほかの箇所の名前とアドレスはリンクにならない形に変えています。
confidence-of = 確度 { $confidence }
opened = { $ago }経過
conclusion = 結論
answer-infection = 感染
answer-health = 機器の状態
answer-impact = 影響
answer-reach = 範囲
unknowns = 不明な点
to-do = 対処
why = このレベルの根拠
would-change = 次の事実があればレベルは変わりました
rule = 規則{ $rule }
involved = 関係するもの
who-was-told = 通知の記録
timeline = 何が起きたか
evidence = 証拠(ログ{ $number }行)
history = 判定の経過
revision = 第{ $number }版
field-hosts = 端末
field-users = 利用者
field-attackers = 外部
field-devices = 機器
field-indicators = 手がかり
field-signatures = シグネチャ
field-techniques = ATT&CK
field-scope = 同じ手がかりの端末
field-seen = 期間
field-allowed = 許可設定

## 決まった語

outcome-blocked = 遮断済み
outcome-failed = 失敗
outcome-unknown = 確認中
outcome-succeeded = 未遮断
infection-infected = 感染あり
infection-not_infected = 感染なし
infection-unknown = 感染は不明
status-open = 継続中
status-recovered = 回復
status-closed = 終了
confidence-high = 高
confidence-medium = 中
confidence-low = 低
by-customer = お客様
by-soc = SOC
within-now = 直ちに
within-1h = 1時間以内
within-today = 本日中
within-week = 1週間以内
stage-reconnaissance = 偵察
stage-delivery = 配送
stage-exploitation = 脆弱性攻撃
stage-installation = 導入
stage-command_and_control = C&C通信
stage-lateral_movement = 内部拡散
stage-outbound_attack = 外部への攻撃
stage-credential_access = 認証情報
stage-exfiltration = 持ち出し
stage-policy = ポリシー
function-firewall = ファイアウォール
function-ips = IPS
function-antivirus = アンチウイルス
function-webfilter = Webフィルタ
function-appcontrol = アプリ制御
function-dns = DNSフィルタ
function-sandbox = サンドボックス
function-anomaly = 異常検知
function-ssl = SSL検査
function-waf = WAF
function-dlp = DLP
function-file = ファイルフィルタ
function-email = メールフィルタ
function-system = システム
function-ha = HA
function-vpn = VPN
function-auth = 認証
function-config = 設定
function-other = その他
