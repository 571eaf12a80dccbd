### `hinomi doctor` が述べること。各チェックは、不足の内容、`.why` 影響、`.told` 根拠、`.remedy` 対処(またはベンダー別)からなる。

doctor-sample = { $lines }行を読みました(うち{ $refused }行は読めず隔離)。期間: { $span }
doctor-sample-unread = { $lines }行を読みました(うち{ $refused }行は読めず隔離)。ファイアウォールのログはありませんでした。
doctor-vendor = { $vendor }: { $lines }行、形式 { $formats }、機器 { $devices }。このログから判断できること:
doctor-cost-blocks = 判断できなくなるもの
doctor-cost-weakens = 判断が弱くなるもの
doctor-cost-note = 知っておくとよいこと
doctor-told = 根拠
doctor-why = 影響
doctor-remedy = 対処
doctor-undecided = { $vendor }: 次の点は、行数が足りず判断できません。業務日1日分など、より長いログでお試しください。
doctor-too-few = 「{ $missing }」かどうか(対象{ $have }行、必要{ $need }行)
doctor-nothing = このログの範囲では、不足は見つかりませんでした。

doctor-area-attacks = 攻撃
doctor-area-outcome = 攻撃の成否
doctor-area-malware = マルウェア
doctor-area-sites = 不正サイト
doctor-area-command_and_control = C&C・感染端末
doctor-area-behaviour = スキャン・持ち出し
doctor-area-logins = ログイン
doctor-area-who = どの端末・誰か
doctor-area-when = いつ・どの順か
doctor-verdict-well = 十分
doctor-verdict-partly = 一部
doctor-verdict-not = 不可
doctor-verdict-cannot_tell = 判断できません(行数不足)

unknown-devices = 登録簿にない機器があります。
    .why = その機器の行は隔離されるため、何が起きても判定も通知もされません。
    .told = { $of }行中{ $count }行。機器と行数: { $names }
    .remedy = registry.yaml の該当するお客様の devices に、シリアル番号(FortiGateのdevid、PAN-OSのserial)を追加してください。

no-device = 機器名のない行があります。
    .why = どのお客様の行か決められません。登録簿がある場合は隔離されます。
    .told = { $of }行中{ $count }行。
    .fortigate = devid と devname を含む標準形式で送り、中継ではホスト名の入ったsyslogヘッダーを残してください。
    .panos = syslogヘッダーにホスト名を入れ(Device > Setup > Management の Syslog HOSTNAME Format)、独自のログ形式ではシリアル番号の列を残してください。

no-vsys = ほとんどの行にVDOMがありません。
    .why = VDOMが複数ある機器では、別のVDOMのセッションを取り違えるおそれがあります。
    .told = { $of }行中{ $count }行に vd がありません。
    .remedy = VDOMが1つだけなら対処は不要です。複数ある場合は、中継やログのテンプレートで vd を残してください。

no-traffic = 通信ログがありません。
    .why = 攻撃の成否はセッションから読み取ります。ないと、遮断されなかった攻撃はレベル2のまま、攻撃されたサーバーからの折り返し通信(レベル4)も、スキャンも持ち出しも見えません。
    .told = { $of }行中0行。
    .fortigate = 各ポリシーで全セッションを記録し、syslogフィルターで通してください。
    .panos = 各セキュリティルールで「Log at Session End」を有効にし、トラフィックログをsyslogへ送るログ転送プロファイルを指定してください。

denied-only = 拒否されたセッションだけが記録されています。
    .why = 被害を生むのは許可された通信です。折り返し通信、C&C通信、持ち出しはどれも許可セッションに現れます。内向きの拒否通信は背景にすぎません。
    .told = { $of }セッション中{ $count }件が拒否で、許可は0件です。
    .fortigate = 許可する各ポリシーで、全セッションを記録してください。
    .panos = 拒否ルールだけでなく、許可ルールでも「Log at Session End」を有効にしてください。

start-only = セッションの開始だけが記録されています。
    .why = バイト数とパケット数は終了時に決まります。ないと、失敗した攻撃(レベル1)と成否不明の攻撃(レベル2)を区別できず、持ち出しも見えません。
    .told = 許可された{ $of }セッションのうち、終了の記録は0件です。
    .remedy = 「Log at Session End」を有効にしてください。開始の記録は不要です。

only-utm-sessions = セキュリティ機能が反応したセッションだけが記録されています。
    .why = 攻撃の後に続く通信(折り返し、未知のC&C、内部への拡散)にはセキュリティ機能が反応しないため記録に残らず、インシデントはレベル2にとどまります。
    .told = 許可された{ $of }セッション中{ $count }件に、セキュリティ機能の印があります(「logtraffic utm」の特徴)。
    .remedy = 各ポリシーで全セッションを記録してください。

no-bytes = 許可セッションにバイト数がありません。
    .why = 攻撃されたサーバーが応答したかどうかはバイト数で分かります。ないと、失敗した攻撃を失敗と示せず、レベル2のままになります。
    .told = 許可された{ $of }セッション中、送受信の両方があるのは{ $count }件です。
    .fortigate = セッション終了時のログを記録し、中継で sentbyte と rcvdbyte を残してください。
    .panos = 「Log at Session End」を有効にし、独自のログ形式では bytes_sent と bytes_received を残してください。

no-packets = 許可セッションにパケット数がありません。
    .why = サーバーの応答をバイト数だけで、広めの余裕をみて判定することになります。
    .told = 許可された{ $of }セッション中、送受信の両方があるのは{ $count }件です。
    .remedy = 中継や独自のログ形式で、パケット数(sentpkt・rcvdpkt、pkts_sent・pkts_received)を残してください。

no-denied = 拒否されたセッションが記録されていません。
    .why = 感染端末は、拒否された通信(内部へのスキャン、C&Cへの通信)で最初に見つかることがよくあります。
    .told = 許可{ $of }件に対して、拒否は0件です。
    .fortigate = 暗黙の拒否ポリシーの違反を記録してください。
    .panos = 「intrazone-default」と「interzone-default」のルールを上書きし、「Log at Session End」とログ転送プロファイルを設定してください。

no-security-logs = セキュリティ機能のログがまったくありません。
    .why = 判断できるのは通信だけです。攻撃、マルウェア、不正サイト、C&C通信の検知はどれも見えません。
    .told = { $of }行中、UTM・脅威ログは0行です。
    .fortigate = 許可する各ポリシーでセキュリティプロファイルを選んでください。syslogフィルターの重大度は「warning」で止めず、information にしてください。
    .panos = 許可する各ルールでプロファイルグループを選び、脅威・URL・WildFire・データの全重大度をsyslogへ送るログ転送プロファイルを指定してください。

no-ips = IPSのログがありません。
    .why = サーバーや端末への攻撃と、IPSのシグネチャーで分かるC&C通信が見えません。
    .told = { $of }行中0行。ほかのセキュリティ機能のログはあります。
    .fortigate = 許可する各ポリシー、特にサーバー向けのポリシーでIPSセンサーを選んでください。
    .panos = 許可する各ルールで、脆弱性防御とアンチスパイウェアのプロファイルを選んでください。

no-antivirus = アンチウイルスのログがありません。
    .why = 入ってくるマルウェア(端末に届けばレベル3)が見えません。
    .told = { $of }行中0行。ほかのセキュリティ機能のログはあります。
    .fortigate = 許可する各ポリシーでアンチウイルスプロファイルを選んでください。
    .panos = 許可する各ルールでアンチウイルスプロファイルを選んでください。

no-webfilter = Webフィルターのログがありません。
    .why = 不正サイトやフィッシングサイトの閲覧と、マルウェアの入手元が見えません。
    .told = { $of }行中0行。ほかのセキュリティ機能のログはあります。
    .fortigate = Webフィルタープロファイルを選び、カテゴリーを少なくとも「モニター」にしてください。
    .panos = URLフィルタリングプロファイルを選び、カテゴリーを「allow」ではなく「alert」にしてください。allow のカテゴリーは記録されません。

no-appcontrol = アプリケーション制御のログがありません。
    .why = アプリケーション制御で分かるC&C(Botnet、Tor、遠隔操作ツール)が見えません。
    .told = { $of }行中0行。ほかのセキュリティ機能のログはあります。
    .remedy = 許可する各ポリシーでアプリケーション制御プロファイルを選び、カテゴリーを「モニター」にしてください。

no-dns = DNSフィルターのログがありません。
    .why = 感染端末の最初の兆候になりやすい、C&Cの名前の問い合わせが見えません。
    .told = { $of }行中0行。ほかのセキュリティ機能のログはあります。
    .fortigate = DNSが通るポリシーでDNSフィルタープロファイルを選んでください。
    .panos = アンチスパイウェアプロファイルのDNSポリシーを「sinkhole」にし、記録してください。

no-sandbox = サンドボックスの判定がありません。
    .why = シグネチャーのない新種のマルウェアは、その後の動きでしか見えません。
    .told = { $of }行中0行。
    .fortigate = FortiSandboxまたはFortiGate Cloudのサンドボックスを契約している場合は、アンチウイルスプロファイルからファイルを送る設定にしてください。
    .panos = WildFireを契約している場合は、WildFire分析プロファイルを選び、ログ転送プロファイルでWildFireログを送ってください。

no-events = システム・VPN・ログインのログがありません。
    .why = 管理画面やVPNへのパスワード推測(成功すればレベル4)、設定変更、HAの異常が見えません。
    .told = { $of }行中0行。
    .fortigate = イベントログを有効にし、syslogフィルターで重大度 information まで通してください。
    .panos = Device > Log Settings で、System、Configuration、User-ID、GlobalProtect の各ログをsyslogへ転送してください。

sniffer = 機器は通信の写しを見ています(スニファーまたはTAP)。
    .why = 何も遮断できないため「遮断」は検知として数えます。バイト数で攻撃の失敗を示せないため、成否不明の攻撃はレベル2のままです。
    .told = { $of }行中{ $count }行。
    .remedy = 意図した構成であれば対処は不要です。そうでなければ経路上に置くか、registry.yaml に設置形態を登録してください。

detect-only = セキュリティ機能が検知だけで、遮断していません。
    .why = 既知の攻撃もすべて標的に届きます。レベル1で済むはずのものがレベル2や3になり、人の確認が必要になります。
    .told = 検知のみで遮断0件の機能と行数: { $names }
    .fortigate = プロファイルの動作を、重大度の高いものから順に「モニター」から「ブロック」へ変えてください。アンチウイルスは、そのプロファイルのプロトコルごとに設定します。
    .panos = プロファイルの動作を、critical と high から順に「alert」から「reset-both」へ変えてください。

no-zone = タイムゾーンのない現地時刻です。
    .why = 別のタイムゾーンとして読むと、ほかの機器の出来事と何時間もずれます。つながるはずのものがつながらず、通知の時刻も誤ります。
    .told = { $of }行中{ $count }行。UTCとして読みました。
    .fortigate = registry.yaml に機器の time_zone を書いてください。FortiOS 6.2以降は eventtime と tz を送るので、中継で残してください。
    .panos = registry.yaml に機器の time_zone を書くか、標準形式の末尾に high_res_timestamp が付くPAN-OS 10.0以降をお使いください。同じお客様の機器は1つのタイムゾーンにそろえてください。

no-time = 使える時刻のない行があります。
    .why = 中継の時刻や受信時刻で代えるため、遅れて届くと出来事の順序を誤ります。
    .told = { $of }行中{ $count }行。
    .remedy = 中継でログを加工せず、date・time・eventtime(FortiGate)や time_generated(PAN-OS)を残してください。

clock-off = 機器の時計が5分を超えてずれています。
    .why = 複数の機器のセッションと検知は時刻でつなぎます。折り返し通信を見る時間枠は30分です。
    .told = { $of }行中{ $count }行が、コレクターの時計とずれています。
    .remedy = 機器の時刻をNTPで合わせ、タイムゾーンも確認してください。

whole-seconds = 時刻が秒単位です。
    .why = 同じ1秒の中では順序が分かりません。失われるものはありません。
    .told = エポック時刻のある{ $of }行中{ $count }行。
    .remedy = FortiOS 6.2以降はナノ秒まで出力します。中継が切り捨てていることもあります。

resolver-hides = 1台がほぼすべての名前を問い合わせています。DNSサーバーの陰で端末が見えません。
    .why = C&Cの名前の問い合わせがあっても、見えるのはDNSサーバーで、感染端末ではありません。端末が分かるまでレベル2にとどまります。
    .told = { $of }件中{ $count }件が { $names } からの問い合わせです。
    .remedy = registry.yaml の roles に resolver として登録し、シンクホールを使い、端末とDNSサーバーの間の問い合わせ、またはDNSサーバー自身の記録を送ってください。

proxy-hides = 1台がほぼすべてのWeb要求を出しています。プロキシの陰で端末が見えません。
    .why = 不正サイトの閲覧があっても、見えるのはプロキシで、端末ではありません。端末が分かるまでレベル2にとどまります。
    .told = { $of }件中{ $count }件が { $names } からの要求です。
    .remedy = registry.yaml の roles に proxy として登録し、プロキシで X-Forwarded-For を付け、機器で記録してください。

no-tls-inspection = HTTPSの中を見ていません(URLのパスが1件もありません)。
    .why = 暗号化された閲覧ではホスト名しか分からず、その中のマルウェアやフィッシングページはアンチウイルスやIPSに見えないまま通ります。
    .told = ポート443のWebフィルターログ{ $of }行中、ホスト名より先が見えるのは{ $count }行です。
    .fortigate = 端末にCA証明書を配ったうえで、deep-inspection のSSLインスペクションを選んでください。銀行や医療は除外します。
    .panos = 端末にCA証明書を配ったうえで、SSL Forward Proxy の復号ルールを追加してください。銀行や医療は除外します。

no-extended-log = Webのログにユーザーエージェント、リファラー、X-Forwarded-Forがありません。
    .why = どこから不正サイトへ来たか、どのプログラムか、プロキシの先は誰かを知る手がかりです。
    .told = Webフィルターログ{ $of }行中、どれかがあるのは{ $count }行です。
    .fortigate = 各プロファイルで拡張ログを有効にしてください。行が長くなるので、TCPで送ってください(set mode reliable)。
    .panos = URLフィルタリングプロファイルの HTTP Header Logging で、User-Agent、Referer、X-Forwarded-For を選んでください。

no-users = 利用者名のある行がありません。
    .why = 通知で示せるのは端末だけです。アドレスが変わる環境では、誰の端末だったか分からなくなります。
    .told = 内部からのセッションと閲覧{ $of }行中{ $count }行。
    .fortigate = FSSOなどの認証連携を設定し、ポリシーで利用者グループを使ってください。
    .panos = User-IDを設定し、内側のゾーンで利用者の識別を有効にしてください。

cut-lines = 行が一定の長さで切れています。
    .why = 行末にあるもの、たとえば遮断されたかを決めるアクション、メッセージ、URLが失われます。
    .told = { $of }行中{ $count }行が、最長のちょうど{ $names }バイトです。
    .fortigate = TCPで送り、中継の上限(rsyslog: $MaxMessageSize、syslog-ng: log-msg-size)を64 KiBに上げてください。
    .panos = TCPまたはSSLで送り、中継の上限(rsyslog: $MaxMessageSize、syslog-ng: log-msg-size)を64 KiBに上げてください。

lean-format = ログの形式が{ $names }です。
    .why = あるものはすべて読みますが、この形式では項目が省かれたり値が切れたりします。ないものは判断できません。
    .told = { $of }行中{ $count }行。
    .fortigate = ほかのシステムで不要であれば、FortiOS標準の形式で送ってください(2台目のsyslogサーバーには別の形式を設定できます)。
    .panos = ほかのシステムで不要であれば、標準のログ形式(Device > Server Profiles > Syslog > Custom Log Format: Default)で送ってください。

double-headers = 中継が行を二重に包んでいます。
    .why = それでも読めますが、包むたびに行が長くなり、UDPの中継で切れやすくなります。
    .told = { $of }行中{ $count }行に、2種類のsyslogヘッダーがあります。
    .remedy = 中継では行を届いたまま渡してください(rsyslog: %rawmsg% のテンプレート)。

repeated-lines = 同じ行が2回以上届いています。
    .why = 1回として数えるのでレベルは変わりません。量が増え、一方の経路の故障にも気づきにくくなります。
    .told = { $of }行中{ $count }行が、前にも届いています。
    .remedy = 同じコレクターに届くsyslogサーバーが2つないか、機器と管理装置(FortiAnalyzer、Panorama)の両方が送っていないか、ファイルが重なっていないかを確認してください。

many-refused = 読めない行が多くあります。
    .why = 読めないものは判定しません。隔離先に残っています。
    .told = { $of }行中{ $count }行。理由、行数、最初の行: { $names }
    .remedy = 「hinomi parse --explain --line N FILE」で、1行ごとに理由と読めるようにする方法が分かります。

some-refused = 読めない行が少しあります。
    .why = 隔離先に残っています。中継自身のメッセージなどであれば害はありません。
    .told = { $of }行中{ $count }行。理由、行数、最初の行: { $names }
    .remedy = 「hinomi parse --explain --line N FILE」で、1行ごとに理由と読めるようにする方法が分かります。

unknown-fields = ベンダーの項目表にない項目があります。
    .why = 残していますが、読んでいません。新しいファームウェアか中継が加えた可能性があります。
    .told = { $count }種類。項目名と行数: { $names }
    .remedy = アドレスや名前を置き換えた行の例をお送りください。

unknown-types = 表にないログ種別があります。
    .why = 項目だけから読むため、内容の一部が判定に使われないことがあります。
    .told = { $count }種類。種別と行数: { $names }
    .remedy = アドレスや名前を置き換えた行の例をお送りください。

odd-lines = 気になる点のある行があります。
    .why = それでも読めます。おかしな値は文字列として残し、判定には使いません。
    .told = { $of }行中{ $count }行。内容と行数: { $names }
    .remedy = 「hinomi parse --explain --line N FILE」で、代わりに何をしたかが分かります。中継のテンプレートによる加工が多いです。
