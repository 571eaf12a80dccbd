### What happened: one sentence for each kind of evidence.

saw-scan = { HOST($attacker) } からのスキャン(探索){ $what }を検知しました{ tail }。
# Whichever way it goes, the attacker is the one that does it and the host the one that it is done to.
saw-exploit = { HOST($attacker) } から{ $direction ->
    [outbound] 外部の {""}
    [internal] 内部の
   *[inbound] {""}
}{ HOST($host) } への{ $class ->
    [recon] 脆弱性の探索
    [generic] 汎用的な攻撃
   *[specific] 攻撃
}{ $what }を検知しました{ tail }。
saw-web-shell = { HOST($attacker) } から、{ HOST($host, as: "server") } 上のWebシェル(遠隔操作用の不正プログラム){ $what }を操作する通信を検知しました{ tail }。
saw-brute-force = { HOST($attacker) } から{ HOST($host) } へのパスワード総当たり{ $what }を検知しました{ tail }。
saw-dos = { HOST($attacker) } から{ HOST($host) } へのサービス妨害(DoS)攻撃{ $what }を検知しました{ tail }。
saw-cc-payload = { HOST($host) } が{ -cc } { $peer } と{ $disposition ->
    [blocked] 通信しようとしました
   *[allowed] 通信しました
}{ tail }。{ GIVEN($what) ->
    [yes] 検知名は{ $what }です。
   *[no] {""}
}
saw-cc-contact = { HOST($host) } が{ $how ->
    [lookup] { -cc } { $indicator } の名前解決を行いました
    [web] { -cc } { $indicator } へWebアクセスを{ $disposition ->
        [blocked] 試みました
       *[allowed] 行いました
    }
   *[session] { -cc } { $indicator } { $disposition ->
        [blocked] への接続を試みました
       *[allowed] と通信しました
    }
}{ tail }。{ GIVEN($what) ->
    [yes] 検知名は{ $what }です。
   *[no] {""}
}
saw-sinkhole = { HOST($host) } がシンクホール(不正な通信先を受け止めるアドレス) { $peer } へ接続しました{ times }。C&Cサーバーの名前解決を行った端末です。
saw-cc-search = { $attacker } が{ HOST($host) } に対し、C&Cサーバーを探す通信{ $what }を送ってきました{ tail }。
saw-malware = { $peer } から{ HOST($host) } への通信でマルウェア{ $what }を検知しました{ tail }。{ $delivery ->
    [to_relay] メールサーバーなどの中継機器宛てです。
   *[to_host] {""}
}{ GIVEN($file) ->
    [yes] ファイル名は{ $file }です。
   *[no] {""}
}
saw-malware-guess = { HOST($host) } への通信で、マルウェアの疑いがあるファイル{ $file }を検知しました{ tail }。機械による推定で、名称は{ $what }です。
saw-unwanted-software = { HOST($host) } への通信で、不要なソフトウェア(アドウェアなど){ $what }を検知しました{ tail }。
saw-test-file = { HOST($host) } への通信で、動作確認用のテストファイル{ $what }を検知しました{ tail }。
saw-unscannable = { HOST($host) } への通信で、検査できないファイル{ $file }(パスワード付きなど)を記録しました{ tail }。
saw-sandbox-malicious = { HOST($host) } に届いたファイル{ $file }を、サンドボックスがマルウェア{ $what }と判定しました{ times }。
saw-sandbox-clean = { HOST($host) } に届いたファイル{ $file }を、サンドボックスが無害と判定しました{ times }。
saw-site = { HOST($host) } が{ $site ->
    [phishing] フィッシングサイト
   *[malicious] 悪性サイト
} { $indicator } に{ $disposition ->
    [blocked] アクセスしようとしました
   *[allowed] アクセスしました
}{ tail }。
saw-credentials = { HOST($host) } が、フィッシングサイト { $indicator } へ組織の認証情報(ID・パスワード)を{ $disposition ->
    [blocked] 送信しようとしました
   *[allowed] 送信しました
}{ tail }。
saw-session-failed = { $attacker } との通信で、{ HOST($host) } は意味のある応答を返していません(応答 { $bytes })。
saw-session-answered = { $attacker } との通信で、{ HOST($host) } は応答を返しました(応答 { $bytes })。応答だけでは成否は決まりません。
saw-callback = 攻撃の直後に、{ HOST($host, as: "server") } の側から { $peer }{ $port ->
    [0] {" "}
   *[other] {" "}のポート{ NUMBER($port, useGrouping: "false") }
}へ接続を開始しました{ times }。
saw-other-contact = 攻撃のあとに、{ HOST($host, as: "server") } が別の外部アドレス { $peer } へ接続しました{ times }。
saw-fan-out = { HOST($host) } が{ $where ->
    [inside] 内部
   *[outside] 外部
}の{ COUNT($hosts) }台に対し、{ $port ->
    [0] 同じポート
   *[other] ポート{ NUMBER($port, useGrouping: "false") }
}への接続を短時間に試みました({ $disposition ->
    [allowed] 遮断されていません
    [blocked] 遮断しました
    [detected] 検知のみで、遮断されていません
   *[unknown] 遮断の有無は記録されていません
})。
saw-campaign = { $attacker } が{ COUNT($targets) }台のサーバーに対し、{ COUNT($families) }種類の攻撃を行いました。
saw-in-campaign = この攻撃は、{ $attacker } による広範囲の攻撃の一部です。
saw-client-named = { HOST($relay) } を経由した通信の発信元は{ HOST($host) } と分かりました。
saw-password-run = { HOST($attacker) } から、{ accounts } に対するログインの失敗が{ COUNT($count) }回続きました。
saw-password-failures = { HOST($attacker) } から、{ accounts } に対するログインの失敗が{ COUNT($count) }回ありました。
saw-password-takeover = ログインの失敗が続いたあと、同じ接続元({ HOST($attacker) })から{ accounts } でのログインが成功しました。
saw-password-person = { HOST($attacker) } から、{ accounts } で{ COUNT($count) }回失敗したあとログインに成功しました。利用者本人の入力誤りとみています。
saw-policy = { HOST($host) } で、利用ルールに関わる通信{ $what }を検知しました{ tail }。
saw-behaviour = { HOST($host) } で、普段と異なる通信({ $what })を検知しました{ tail }。
saw-habit = { HOST($host) } で、普段と異なる通信({ $what })を検知しました。{ $since } から、{ $measure ->
    [bytes_out] 1時間の送信量
    [denied_out] 外部への接続拒否の1時間の件数
    [week] 1週間の送信量
   *[sessions] 1時間のセッション数
}が { $seen } になりました(普段は { $usual }。{ $chart })。
saw-device-integrity = 機器 { $device } で、機器自身の改ざんなどを示すイベント{ $what }を記録しました{ times }。
saw-device-cc = 機器 { $device } 自身が、{ -cc } { $peer } と通信しました{ times }。
saw-device-overload = 機器 { $device } が過負荷になりました: { $what }{ times }。
