### Words and fragments that other messages are made of.
### Functions: HOST names a machine by what it is, COUNT counts a list, GIVEN tells whether a value is there.

-cc = C&Cサーバー

## Fragments: they read the arguments of the message that uses them.

# How often, and what became of it.
tail = ({ $count ->
    [1] {""}
   *[other] { $count }件、
}{ $disposition ->
    [allowed] 遮断されていません
    [blocked] 遮断しました
    [detected] 検知のみで、遮断されていません
   *[unknown] 遮断の有無は記録されていません
})
times = { $count ->
    [1] {""}
   *[other] ({ $count }件)
}

accounts = アカウント { $accounts }

## Words of closed lists.

word-disposition = { $word ->
    [allowed] 遮断されていません
    [blocked] 遮断しました
    [detected] 検知のみで、遮断されていません
   *[unknown] 遮断の有無は記録されていません
}
word-function = { $word ->
    [firewall] ファイアウォール
    [ips] IPS
    [antivirus] アンチウイルス
    [webfilter] Webフィルタ
    [appcontrol] アプリケーション制御
    [dns] DNSフィルタ
    [sandbox] サンドボックス
    [anomaly] DoS・異常検知
    [ssl] SSL検査
    [waf] WAF
    [dlp] DLP
    [file] ファイル制御
    [email] メールフィルタ
    [system] システム
    [ha] HA
    [vpn] VPN
    [auth] 認証
    [config] 設定変更
   *[other] その他の機能
}
word-problem = { $word ->
    [log_silence] ログ途絶
    [cpu] CPU高負荷
    [memory] メモリ不足
    [disk] ディスク不足
    [sessions] セッション数超過
    [ha] HA異常
    [link] リンク断
    [signatures] シグネチャ更新の遅れ
    [licence] ライセンス期限
    [reachability] 疎通断
    [clock] 時刻ずれ
    [logging] ログ設定の異常
    [hardware] ハードウェア異常
   *[configuration] 設定変更
}
# What a machine is, before its address.
chart = 普段 { $usual } 今回 { $seen }
word-behaviour = { $word ->
    [denied_in_surge] 外部からの接続拒否の急増
    [denied_out_surge] 外部への接続拒否の急増
    [session_surge] セッション数の急増
    [upload] 大量のデータ送信
    [night_traffic] 夜間・時間外の通信
    [slow_trend] 通信量の緩やかな増加
    [tor] 匿名化ネットワーク(Tor)の利用
    [remote_control] 遠隔操作ツールの利用
    [mining] 暗号資産の採掘
   *[dns_tunnel] DNSを悪用したデータ通信(DNSトンネリング)
}
word-machine = { $word ->
    [server] サーバー
    [resolver] DNSサーバー
    [proxy] プロキシサーバー
    [mail] メールサーバー
    [nat] NAT機器
    [vpn_pool] VPN接続端末
    [guest] 来訪者の端末
    [iot] IoT機器
   *[client] 端末
}

## Values.

machine = { $noun } { $address }
machine-unknown = 特定できていない{ $noun }
quoted = 「{ $text }」
not-named = (名称の記録なし)
not-known = (記録なし)
list-more = { $shown } ほか{ $more }件
span = { $unit ->
    [seconds] { $first }秒
    [minutes] { $second ->
        [0] { $first }分
       *[other] { $first }分{ $second }秒
    }
    [hours] { $second ->
        [0] { $first }時間
       *[other] { $first }時間{ $second }分
    }
   *[days] { $second ->
        [0] { $first }日
       *[other] { $first }日{ $second }時間
    }
}
