### Titles: who and what, without a full stop.

title-cc = { $host } からC&Cサーバーへの通信({ $contained ->
    [yes] 遮断済み
   *[no] 遮断されていません
})
title-malware = { $outcome ->
    [reached] { $host } にマルウェアが到達(遮断されていません)
    [blocked] { $host } へのマルウェアを遮断
    [guess] { $host } にマルウェアの疑いがあるファイル(判定待ち)
    [unwanted] { $host } で不要なソフトウェアを検知
    [test] { $host } でウイルス検知テスト用ファイルを検知
    [unscannable] { $host } に検査できないファイル
    [relay] { $host } をマルウェア付きの通信が通過(遮断されていません)
   *[withdrawn] { $host } のマルウェア判定の取り消し
}
title-exploit = { $attacker } から { $host } への攻撃({ $outcome ->
    [succeeded] 成功を確認
    [failed] 失敗を確認
   *[unknown] 成否を確認中
})
title-inbound = { $attacker } からの攻撃{ $count ->
    [1] {""}
   *[other] ({ $count }件)
}
title-campaign = { $attacker } による広範囲の攻撃(対象{ COUNT($targets) }台)
title-scan = { $attacker } からのスキャン(探索)
title-outbound = { $host } から{ $where ->
    [inside] 内部の他の端末
   *[outside] 外部
}への攻撃
title-minor = { $host } の通信が汎用シグネチャに一致
title-inside-scan = { $host } からのスキャン(探索)
title-site = { $host } による{ $site ->
    [phishing] フィッシングサイト
   *[malicious] 悪性サイト
}への{ $outcome ->
    [blocked] アクセス(遮断済み)
    [malware] アクセスとマルウェアの受信(遮断されていません)
    [credentials] 認証情報の送信
   *[allowed] アクセス(遮断されていません)
}
title-password = { $attacker } からのパスワード試行({ $outcome ->
    [succeeded] ログイン成功を確認
    [person] 利用者本人の入力誤り
   *[failed] すべて失敗
})
title-dos = { $target } へのサービス妨害攻撃({ $outcome ->
    [blocked] 防御済み
    [succeeded] 機器の過負荷を確認
    [failed] 影響なし
   *[unknown] 影響を確認中
})
title-device = 機器 { $device } の侵害
title-policy = { $host } での利用ルールに反する通信
title-behaviour = { $host } の普段と異なる通信
title-web-shell = { $attacker } から { $host } へのWebシェル操作
title-false-positive = { $host } の誤検知
title-allowed = { $host } の許可済みの通信
