### What to do. The customer's acts ask; the SOC's acts tell what it does or asks to be allowed.

act-isolate = { HOST($host) } をネットワークから切り離してください(LANケーブルを抜く、無線LANを切る、またはEDRで隔離)。電源は切らないでください。
act-isolate-visitor = 来訪者の端末 { $host } のネットワーク接続を停止し、分かる場合は持ち主に知らせてください。
act-isolate-thing = { HOST($host) } をネットワークから切り離してください(LANケーブルを抜く、または接続ポートを無効にする)。
act-firmware = { HOST($host) } のファームウェアを最新版に更新し、管理パスワードを変更してください。
act-examine = { HOST($host) } の不審なプロセス、自動起動の設定、最近作成されたファイルを調査してください(EDRがあればEDRで)。
act-reimage = 調査と証拠の保全が終わったら、{ HOST($host) } を初期化して再構築(クリーンインストール)してください。復旧は汚染前のバックアップから行ってください。
act-find-client = { HOST($relay) } のログから、該当する時刻に通信した端末を特定し、弊社へお知らせください。
act-ask-user = { HOST($host) } の利用者に、ファイルを開いたか、画面に変わったことがなかったかを確認してください。
act-ask-visit = { HOST($host) } の利用者に、サイトを開いた経緯と、情報を入力したりファイルを保存したりしていないかを確認してください。
act-change-password = { accounts } のパスワードを変更し、ログイン中のセッションをすべて無効にしてください。
act-change-password-user = { HOST($host) } の利用者のパスワードを別の端末から変更し、ログイン中のセッションをすべて無効にしてください。
act-disable-account = { accounts } を一時停止してください。
act-mfa = VPNと管理画面のログインに多要素認証を有効にしてください。
act-scan-host = { HOST($host) } を最新の定義ファイルでフルスキャンしてください。
act-delete-file = ファイル{ $file }を開かずに削除してください。
act-purge-mail = 該当するメールを全員のメールボックスから削除してください。
act-warn-users = 利用者に、不審なメールの添付ファイルやリンクを開かないよう注意喚起してください。
act-check-server = { HOST($host, as: "server") } に不審なファイル、プロセス、アカウントがないかを調査し、Webサーバーとアプリケーションのログを確認してください。
act-patch = { $what }に関わる製品の利用の有無と更新状況を確認し、修正済みの版に更新してください。
act-keep-logs = 調査のため、関係する端末とサーバーのログを消さずに保全してください。
act-review-logins = { accounts } の最近のログイン履歴と、ログイン後の操作を確認してください。
act-check-device = 機器 { $device } の管理画面への接続元を制限し、設定、管理者アカウント、ファームウェアに不審な変更がないかを確認してください。
act-check-others = 次の端末も同じ被害がないかを調べてください: { $hosts }。
act-check-service = { HOST($host, as: "server") } のサービスが正常に動いているかを確認してください。
act-confirm-activity = { HOST($host) } のこの通信が業務によるものかを確認し、弊社へお知らせください。
act-consider-report = 個人情報の漏えいが考えられる場合は、個人情報保護委員会と警察への報告の要否を検討してください(速報はおおむね3~5日以内)。
act-none = 対応は必要ありません。

soc-block-destination = ご許可いただければ、弊社で次の宛先への通信を遮断します: { $indicators }。
soc-block-source = ご許可いただければ、弊社で次の接続元からの通信を遮断します: { $indicators }。
soc-block-hash = ご許可いただければ、弊社で同じファイルの通過を遮断する設定を行います。
soc-tune-signature = ご許可いただければ、弊社で{ $what }の動作を「検知」から「遮断」に変更します。
soc-watch = 弊社で{ HOST($host) } の通信を重点的に監視しています。
soc-search-scope = 弊社で、同じファイルや宛先に関わるほかの端末がないかを継続して調べています。
soc-tune-false-positive = 同じ誤検知が起きないよう、ご許可いただければ弊社で検知の設定を調整します。
