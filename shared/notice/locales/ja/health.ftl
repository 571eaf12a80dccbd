### 機器の稼働状態: 表題、経過、結論、影響、依頼、不明点。

## What shows that something is wrong, as a noun.

word-symptom = { $symptom ->
    [silent] ログの途絶
    [function_silent] 一部ログの途絶
    [sequence_gap] ログの欠落
    [cpu_use] CPU使用率の超過
    [memory_use] メモリ使用率の超過
    [disk_use] ディスク使用率の超過
    [session_use] セッション数の超過
    [session_rate] 新規セッション数の超過
    [conserve_mode] メモリ不足(コンサーブモード)
    [ips_fail_open] IPS検査の停止
    [table_full] 内部テーブルの枯渇
    [ha_member_lost] HA構成機の喪失
    [ha_failover] HAの切り替わり
    [ha_out_of_sync] HAの同期不一致
    [ha_link_down] HAリンクの断
    [ha_split_brain] HAの両系アクティブ
    [interface_down] インターフェースのリンク断
    [path_down] 監視経路の断
    [tunnel_down] VPNトンネルの断
    [neighbour_lost] 経路制御の隣接断
    [power_failed] 電源の故障
    [fan_failed] ファンの故障
    [overheated] 温度の異常
    [voltage_wrong] 電圧の異常
    [restarted] 再起動
    [restarted_unasked] 予期しない再起動
    [shut_down] シャットダウン
    [crashed] プログラムの異常終了
    [update_failed] 定義ファイルの更新失敗
    [update_stale] 定義ファイルの更新停滞
    [rating_unreachable] 評価サーバーへの接続不可
    [scanner_failed] 検査機能の停止
    [feed_failed] 外部リストの取得失敗
    [licence_expiring] ライセンスの期限接近
    [licence_expired] ライセンスの期限切れ
    [log_disk_full] ログ用ディスクの容量不足
    [disk_failed] ディスクの故障
    [logs_dropped] ログの破棄
    [log_server_lost] ログ送信先への接続断
    [logs_deleted] ログの削除
    [logging_disabled] ログ出力の停止
    [time_server_lost] 時刻サーバーへの接続断
    [clock_wrong] 時刻のずれ
    [clock_set] 時刻の変更
    [changed] 時間外の設定変更
    [profile_disabled] 保護機能の解除
    [any_any_policy] 全許可ポリシーの追加
    [administrator_added] 管理者の追加
    [administrator_from_new_country] 未利用国からの管理者ログイン
    [configuration_copied] 設定の持ち出し
    [configuration_restored] 設定の復元
    [firmware_changed] ファームウェアの変更
    [unreachable] 応答なし
    [slow_answer] 応答の遅延
   *[certificate_expiring] 管理画面の証明書の期限
}

title-health = 機器 { $device } の{ word-symptom }({ $condition ->
    [down] 重大・継続中
    [degraded] 継続中
    [recovered] 復旧
   *[noted] 要確認
})

## What happened.

# The part that it is about, where there is one.
part = { GIVEN($object) ->
    [yes] { $object }
   *[no] {""}
}
# The same after the verb.
detail = { GIVEN($object) ->
    [yes] (対象 { $object })
   *[no] {""}
}
# What was measured, and what it is compared with.
measured = { GIVEN($value) ->
    [yes] ({ $value }{ GIVEN($usual) ->
        [yes] 、目安 { $usual }
       *[no] {""}
    })
   *[no] {""}
}
measured-percent = { GIVEN($value) ->
    [yes] ({ $value }%{ GIVEN($usual) ->
        [yes] 、目安 { $usual }%
       *[no] {""}
    })
   *[no] {""}
}
measured-days = { GIVEN($value) ->
    [yes] ({ $value }日{ GIVEN($usual) ->
        [yes] 、目安 { $usual }日
       *[no] {""}
    })
   *[no] {""}
}
saw-health = 機器 { $device }: { $symptom ->
    [silent] ログが届かなくなりました(最後の受信は { $since })。
    [function_silent] 普段届いているログ{ part }が届かなくなりました(最後の受信は { $since })。
    [sequence_gap] ログ{ part }が途中で失われています。通し番号に欠番があります{ GIVEN($value) ->
        [yes] ({ $usual }件中、少なくとも{ $value }件)
       *[no] {""}
    }。
    [cpu_use] { part }CPU使用率が高い状態です{ measured-percent }。
    [memory_use] { part }メモリ使用率が高い状態です{ measured-percent }。
    [disk_use] ディスク{ part }の使用率が高い状態です{ measured-percent }。
    [session_use] 同時セッション数が上限に近づいています{ measured }。
    [session_rate] 新規セッション数が急増しています{ measured }。
    [conserve_mode] メモリ不足のため、コンサーブモード(検査を省略することがある動作)に入りました。
    [ips_fail_open] IPSの処理が追いつかず、検査せずに通信を通す状態になりました。
    [table_full] 内部のテーブル{ part }に空きがなくなりました{ measured }。
    [ha_member_lost] HA(冗長構成)の構成機{ part }が見えなくなりました。
    [ha_failover] HA(冗長構成)が切り替わりました{ detail }。
    [ha_out_of_sync] HA(冗長構成)の設定またはセッション情報が一致していません{ detail }。
    [ha_link_down] HA(冗長構成)の機器間リンク{ part }が切れました。
    [ha_split_brain] HA(冗長構成)の両方の機器が、自分を現用系と判断しています。
    [interface_down] インターフェース{ part }がリンクダウンしました。
    [path_down] 監視している経路{ part }の応答がなくなりました。
    [tunnel_down] VPNトンネル{ part }が切断されました。
    [neighbour_lost] 経路制御の隣接機器{ part }との接続が失われました。
    [power_failed] 電源ユニット{ part }が故障しました。
    [fan_failed] ファン{ part }が故障しました。
    [overheated] 温度{ part }が許容範囲を超えました{ measured }。
    [voltage_wrong] 電圧{ part }が許容範囲を外れました{ measured }。
    [restarted] 操作により再起動しました。
    [restarted_unasked] 操作によらない再起動が発生しました。
    [shut_down] シャットダウンしました。
    [crashed] プログラム{ part }が異常終了しました。
    [update_failed] { part }定義ファイルの更新に失敗しています。
    [update_stale] { part }定義ファイルの更新が { $since } から止まっています{ measured-days }。
    [rating_unreachable] WebやDNSの評価サーバー{ part }に接続できません。
    [scanner_failed] 検査機能{ part }が停止しました。
    [feed_failed] 外部リスト{ part }を取得できません。
    [licence_expiring] ライセンス{ part }の期限が近づいています{ GIVEN($value) ->
        [yes] (残り{ $value }日)
       *[no] {""}
    }。
    [licence_expired] ライセンス{ part }の期限が切れました。
    [log_disk_full] ログ用ディスク{ part }の空きが不足しています{ measured-percent }。
    [disk_failed] ディスク{ part }が故障しました。
    [logs_dropped] 機器がログを破棄しています{ measured }。
    [log_server_lost] 機器からログの送信先{ part }に接続できません。
    [logs_deleted] 機器内のログが削除されました{ detail }。
    [logging_disabled] ログの出力が停止されました{ detail }。
    [time_server_lost] 時刻サーバー{ part }に接続できません。
    [clock_wrong] 時刻がずれています{ GIVEN($value) ->
        [yes] (約{ $value }秒)
       *[no] {""}
    }。
    [clock_set] 時刻が変更されました{ detail }。
    [changed] 作業時間外に設定が変更されました{ detail }。
    [profile_disabled] ポリシーから保護機能{ part }が外されました。
    [any_any_policy] すべての通信を許可するポリシー{ part }が設定されました。
    [administrator_added] 管理者アカウント{ part }が追加されました。
    [administrator_from_new_country] これまで接続のなかった国から管理者{ part }がログインしました。
    [configuration_copied] 設定ファイルが取り出されました{ detail }。
    [configuration_restored] 設定が復元(置き換え)されました{ detail }。
    [firmware_changed] ファームウェアが変更されました{ detail }。
    [unreachable] 監視用の接続{ part }に応答がありません。
    [slow_answer] 監視用の接続{ part }の応答が遅くなっています{ GIVEN($value) ->
        [yes] ({ $value }ミリ秒)
       *[no] {""}
    }。
   *[certificate_expiring] 管理画面の証明書{ part }の期限が近いか、切れています{ GIVEN($value) ->
        [yes] (残り{ $value }日)
       *[no] {""}
    }。
}{ $count ->
    [1] {""}
   *[other] 計{ $count }回です。
}
saw-health-over = 機器 { $device }: { word-symptom }{ part }は解消しました(継続時間 { $span })。

## The conclusion.

conclusion-health = { $condition ->
    [down] 機器 { $device } に重大な支障が出ています。
    [degraded] 機器 { $device } は動作していますが、機能が低下しています。
    [recovered] 現在は正常です。
   *[noted] 機器 { $device } で、ご確認いただきたい事象がありました。
}機器の状態に関するお知らせで、攻撃を検知したものではありません。
conclusion-health-over = 機器 { $device } の{ word-symptom }は解消しました。期間は { $since } から { $until } まで({ $span })です。

## What it means.

impact-health = { $effect ->
    [blind] 機器 { $device } のログが届かない間は、攻撃があっても弊社で検知できません。
    [gaps] 届いていないログの分は監視できません。攻撃を見落とす状態です。
    [unlogged] 記録されない通信や操作は監視できません。
    [slow] 通信の遅延や、検査の遅れにつながります。
    [unexamined] 通信が検査されずに通過します。通過した通信に攻撃やマルウェアが含まれていても検知されません。
    [refused] 新しい通信がつながりにくくなります。
    [disk] 空きがなくなると、ログの保存や更新ができなくなります。
    [redundancy] 現在の通信に影響はありませんが、次の故障で通信が止まります。
    [takeover] 通信は予備の機器に引き継がれています。切り替わりの際に短い通信断がありました。
    [split] 両方の機器が同時に通信を処理し、通信が不安定になります。
    [cut] この回線または接続先を使う通信が止まります。
    [restart] 再起動の間、通信と監視が中断しました。
    [off] 機器 { $device } を通る通信が止まります。
    [failing] 故障が進むと、機器 { $device } が停止します。
    [outdated] 新しい攻撃やマルウェアを検知できません。
    [unrated] 危険なサイトの判定ができず、フィルタが設定どおりに働きません。
    [expiring] 期限を過ぎると、定義ファイルの更新と一部の保護機能が止まります。
    [expired] 定義ファイルが更新されず、新しい攻撃やマルウェアを検知できません。
    [times] ログの時刻が正しくなくなり、事象の前後関係を確認できなくなります。
    [open] 本来検査または拒否する通信が、そのまま通過します。
    [unreachable] 機器 { $device } が停止しているか、弊社から確認できない状態です。
    [certificate] 期限を過ぎると、管理画面への接続で警告が表示され、接続先の真正性を確認できません。
   *[changed] 意図しない変更であれば、機器 { $device } による保護が損なわれます。
}
impact-health-over = { $effect ->
    [blind] この間({ $span })、弊社の監視は行えていませんでした。
    [gaps] この間({ $span })、一部のログを監視できていませんでした。
    [unexamined] この間({ $span })、通信が検査されずに通過しました。
    [outdated] この間({ $span })、新しい攻撃の検知が遅れる状態でした。
    [unrated] この間({ $span })、サイトの判定が設定どおりに行われませんでした。
    [expired] この間({ $span })、定義ファイルの更新が止まっていました。
    [redundancy] この間({ $span })、冗長性が失われていました。
    [cut] この間({ $span })、この回線または接続先を使う通信が止まっていました。
    [off] この間({ $span })、機器は停止していました。
    [times] この間({ $span })のログの時刻は正確ではありません。
   *[other] この間({ $span })、機器の機能が低下していました。
}

## What to do.

act-check-power = 機器 { $device } の電源、LANケーブル、上位回線を確認し、計画された停止であれば弊社へお知らせください。
act-check-log-path = 機器 { $device } のログ送信の設定、および送信先までの経路やファイアウォールに変更がなかったかを確認してください。
act-check-load = 機器 { $device } の負荷の原因(大量の通信、一斉更新、不要な検査設定など)がないかを確認してください。続く場合は弊社へご相談ください。
act-check-disk = 機器 { $device } の不要なログやファイルを整理してください。消す前に保存の要否をご確認ください。
act-check-ha = 機器 { $device } のもう一方の構成機の電源、ケーブル、HAの状態を確認してください。
act-check-line = 機器 { $device } のケーブル、対向機器、回線事業者の障害情報を確認してください。
act-repair = 機器 { $device } の保守契約先に連絡し、点検または部品交換を依頼してください。
act-confirm-restart = 機器 { $device } の停止や再起動が、作業や停電などによるものかを確認し、弊社へお知らせください。
act-check-updates = 機器 { $device } から更新サーバーへの通信(DNS、プロキシ、ポリシー)と、契約の状態を確認してください。
act-renew-licence = 機器 { $device } のライセンスの更新手続きを行ってください。更新しない場合は弊社へお知らせください。
act-renew-certificate = 機器 { $device } の管理画面の証明書を更新してください。
act-check-time = 機器 { $device } の時刻設定(NTP)と、時刻サーバーへの通信を確認してください。
act-confirm-change = 機器 { $device } のこの変更が、貴組織または委託先の作業によるものかを確認し、弊社へお知らせください。
act-undo-change = 作業によるものでない場合は、機器 { $device } の設定を元に戻してください。
act-confirm-administrator = 機器 { $device } の管理者の追加またはログインに心当たりがあるかを確認してください。ない場合は、その管理者を無効にし、直ちに弊社へお電話ください。

soc-watch-device = 弊社で機器 { $device } の状態を確認し続け、復旧したらお知らせします。
soc-search-gap = 弊社で、機器 { $device } から遅れて届くログを含め、前後のログに攻撃の形跡がないかを確認します。
soc-review-change = 弊社で、機器 { $device } の前後のログに不審な操作がないかを確認します。ご許可いただければ、設定を元に戻す作業も行います。

## What is not known.

unknown-silence = ログが届いていない間に何があったかは分かりません。「異常なし」とは判断していません。
unknown-unexamined = 検査されずに通過した通信の内容は分かりません。
unknown-trouble = 故障や停止の原因は、機器のログだけでは分かりません。
unknown-intended = この変更が貴組織の意図したものかどうかは、ログからは分かりません。
