### `hinomi doctor --aws` が、AWSアカウントとレジストリの連絡先について伝える文。

account-sms-sandbox = SMS: アカウントはサンドボックスの中です。手で確認した番号にしか届きません。AWSにサンドボックスからの移行を申請してください(Amazon SNS、テキストメッセージング、サンドボックスの終了)。
account-sms-out = SMS: すべての番号に送信できます。
account-sms-limit = SMS: 月の上限は{ $dollars }米ドルです。超えると送信されません。
account-sms-limit-low = SMS: 月の上限は{ $dollars }米ドルで、数件の警報で使い切ります。AWSに上限の引き上げを申請してください。
account-sms-limit-none = SMS: 月の上限が設定されていないため、AWSの既定の1米ドルが適用されます。AWSに上限の引き上げを申請してください。
account-tenant-none = { $tenant }: トピックがありません。レジストリをアップロードするか、enrol関数のログを確認してください。
account-tenant-unreachable = { $tenant }: いまレベル3・4の通知は誰にも届きません。
account-contact = { $tenant }: { $contact }({ $channel }): { $standing }
account-pending = 確認メールに返答がありません
account-missing = 登録されていません
account-well = { $tenants }テナントの連絡先{ $contacts }件は、すべて確認済みです。
