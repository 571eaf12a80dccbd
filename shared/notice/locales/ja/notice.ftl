### The frame of mails and SMS.

## Level, and blocked or not.

barrier = { $barrier ->
    [contained] 遮断済み
    [blocked] 遮断済み
    [failed] 未遮断・攻撃は失敗
    [detected] 検知のみ・遮断されていません
    [partly] 一部のみ遮断
    [open] 遮断されていません
   *[unknown] 遮断の有無は不明
}
barrier-note = { $barrier ->
    [detected] 機器が検知のみの構成のため、通信は遮断されていません。
    [partly] 一部の通信は遮断しましたが、遮断されずに通過した通信があります。
   *[unknown] 遮断されたかどうかはログに記録されていません。
}
level-meaning = { $level ->
    [4] 攻撃の成功と内部への侵入をログで確認
    [3] 攻撃の成功をログで確認(侵入は未確認)
    [2] 悪意のある攻撃を検知(成否は要確認)
    [1] 実害のない探索・過検知、または失敗した攻撃
   *[0] 正常な通信または誤検知
}
headline = 【{ barrier }】レベル{ $level }: { level-meaning }
headline-calm = レベル{ $level }: { level-meaning }
headline-health = 【{ $kind ->
    [down] 障害
    [degraded] 機能低下
    [noted] 要確認
   *[recovered] 復旧
}】機器 { $device }: { $problem }

## What changed.

change-rise = 続報: レベル{ $previous }からレベル{ $level }に上がりました。
change-same = 続報: 新しい動きを確認しました(レベル{ $level })。
change-fall = 訂正: 先にお知らせしたレベル{ $previous }を、レベル{ $level }に訂正します。
change-corrected = 訂正: 先にお知らせした内容を訂正します(レベル{ $level })。
change-closed = 終息: 最後の検知({ $time })のあと新しい動きがないため、本件を終息とします。
change-closed-by = 終息: SOCのアナリスト{ $who }が本件を終息と判断しました。
change-why = 理由: { $text }
change-news = 新たに確認したこと:

## The frame of a mail.

mail-repeat = 【再送】送信の完了を確認できなかったため、もう一度お送りします。既に届いている場合、このメールは同じものです。
mail-to = { $tenant } { $name ->
    [none] ご担当者
   *[other] { $name }
} 様
mail-from = { $soc }よりお知らせします。{ $urgency ->
    [now] 至急、下記の対応をお願いします。
    [soon] 下記の確認をお願いします。
   *[none] {""}
}
mail-guest = 対象は来訪者用ネットワークに接続された、来訪者の端末です。
mail-about = 対象: { $subject }
mail-user = 利用者 { $name }
mail-first = 発生: { $time }
mail-number = 番号: { $number }
section-conclusion = ■ 結論
section-acts = ■ お願いしたい対応
section-timeline = ■ 経過(時刻は{ $zone })
section-grounds = ■ レベルの根拠
section-impact = ■ 影響と範囲
section-unknown = ■ 分かっていないこと
section-soc = ■ 弊社の対応とご提案
section-next = ■ 次回のご連絡
section-evidence = ■ 証跡(ログ抜粋。リンクにならないよう [.] などに置き換えています)
act-item = 【{ $deadline }】{ $act }
acts-none = お客様に対応いただくことはありません。
acts-done = すでにお済みの場合は不要です。
deadline = { $within ->
    [now] 直ちに
    [hour] { $date } { $time }まで
    [today] { $date }中
    [noon] { $date }の正午まで
   *[week] { $date }まで
}
clock = { $hour }時{ $minute }分
date = { $month }月{ $day }日
moment = { $time } { $text }
moment-last = (最後は { $time })
moments-cut = (途中の{ $count }件は省略しました)
reason-item = { $text }(サービス基準 { $rule ->
    [host] 「端末」の定義
    [analyst] アナリストの判断
   *[other] ルール{ $rule }
})
soc-watching = 24時間体制で監視を続けています。
next-open = 新しい動き(レベルの上昇、別の端末や段階)を確認したときは続報をお送りします。{ $time } まで新しい動きがなければ、終息をお知らせします。
next-health = 復旧したとき、または状況が変わったときにお知らせします。
next-noted = 同様の事象を再び確認したときは、あらためてお知らせします。
next-recovered = 本件のご連絡は以上です。
next-closed = 本件のご連絡は以上です。再び検知した場合は、新しい番号でお知らせします。
next-corrected = 判定が変わった場合は、あらためてお知らせします。
evidence-head = { $time } { $device } { $summary }
evidence-line = { $src } → { $dst } { $what }({ word-disposition })
evidence-line-bare = { $what }({ word-disposition })
evidence-cut = ほか{ $count }件のログを保管しています。
footer-number = インシデント番号: { $number }
footer-phone = お問い合わせ: { $soc } 電話 { $phone }
footer-soc = お問い合わせ: { $soc }
body-cut = (以下省略。詳細はSOCへお問い合わせください)

## Digest.

digest-headline = 【検知のみ・遮断されていません】レベル2のまとめ: { $date }に広範囲の攻撃を{ $count }件検知
digest-conclusion = インターネットからの無差別な探索と攻撃です。検知のみの構成の機器が記録したもので、侵入を示す通信は確認していません。成否が確認できていない攻撃のため、お知らせします。
digest-acts-1 = 対象のサーバーで使っている製品が最新の版に更新されているかを確認してください。
digest-acts-2 = 公開の必要がないサーバーやポートがないかを確認してください。
digest-soc-1 = ご許可いただければ、弊社で該当するシグネチャの動作を「検知」から「遮断」に変更し、攻撃元を遮断します。
section-digest = ■ 内訳
digest-item = { $number } { $title }
digest-more = ほか{ $count }件

## Subject and SMS: what happened, in as few words as possible.

what = { $title ->
    [title-cc] C&C通信
    [title-malware] { $outcome ->
        [blocked] マルウェア検知
        [guess] 不審なファイル受信
        [relay] マルウェア通過
        [withdrawn] マルウェア判定取消
       *[reached] マルウェア受信
    }
    [title-exploit] { $outcome ->
        [succeeded] 侵入被害
        [failed] 攻撃被害・失敗
       *[unknown] 攻撃被害・成否確認中
    }
    [title-inbound] 攻撃
    [title-campaign] 広範囲の攻撃
    [title-scan] 探索
    [title-outbound] { $where ->
        [inside] 内部へ攻撃
       *[outside] 外部へ攻撃
    }
    [title-inside-scan] スキャン
    [title-site] { $outcome ->
        [credentials] 偽サイトへID送信
        [malware] マルウェア受信
       *[allowed] { $site ->
            [phishing] 偽サイト閲覧
           *[malicious] 悪性サイト閲覧
        }
    }
    [title-password] { $outcome ->
        [succeeded] 不正ログイン
       *[failed] パスワード試行
    }
    [title-dos] DoS被害
    [title-device] 侵害被害
    [title-policy] 利用ルール違反
    [title-behaviour] 普段と異なる通信
    [title-web-shell] Webシェル操作被害
   *[title-false-positive] 誤検知
}
barrier-short = { $barrier ->
    [contained] 遮断済
    [blocked] 遮断済
    [failed] 攻撃失敗
    [detected] 検知のみ未遮断
    [partly] 一部未遮断
    [open] 未遮断
   *[unknown] 遮断不明
}
act-short = { $act ->
    [act-isolate] LAN抜線、電源は切らない
    [act-isolate-visitor] 来訪者端末の接続を停止
    [act-isolate-thing] LAN抜線
    [act-find-client] 発信端末を特定
    [act-ask-user] 利用者に操作を確認
    [act-ask-visit] 利用者に操作を確認
    [act-scan-host] フルスキャン実施
    [act-delete-file] ファイルを開かず削除
    [act-purge-mail] 該当メールを削除
    [act-change-password] パスワード変更
    [act-change-password-user] パスワード変更
    [act-disable-account] アカウントを停止
    [act-check-server] サーバーを調査
    [act-check-device] 機器の設定を調査
    [act-check-service] サービス稼働を確認
    [act-keep-power] 電源は切らない
    [act-none] 対応不要
    [closed] 残る対応はメール参照
    [health] 監視を継続
   *[other] メールの手順で対応
}
act-shortest = { $act ->
    [act-isolate] LAN抜線
    [act-isolate-visitor] 接続停止
    [act-isolate-thing] LAN抜線
    [act-find-client] 端末を特定
    [act-ask-user] 利用者確認
    [act-ask-visit] 利用者確認
    [act-scan-host] 要スキャン
    [act-delete-file] 開かず削除
    [act-purge-mail] メール削除
    [act-change-password] PW変更
    [act-change-password-user] PW変更
    [act-disable-account] ID停止
    [act-check-server] 要調査
    [act-check-device] 要調査
    [act-check-service] 稼働確認
    [act-keep-power] 電源切らず
    [act-none] 対応不要
    [health] 監視継続
   *[other] メール確認
}
sms-head = { $repeat ->
    [possible] 【SOC 再送?】
    [short] 【SOC再】
   *[none] 【SOC】
}{ $kind ->
    [update] 続報
    [correction] 訂正
    [closed] 終息
    [down] 障害
    [degraded] 機能低下
    [recovered] 復旧
    [noted] 要確認
   *[first] {""}
}{ $previous ->
    [none] {""}
   *[other] L{ $previous }→
}{ $level ->
    [none] {""}
   *[other] L{ $level }
}
sms-story = { $kind ->
    [correction] の件はレベルを訂正
    [closed] の件は新たな検知なし
    [health] : { $what }
   *[first] が{ $what }({ $barrier })
}
sms-story-short = { $kind ->
    [correction] 訂正
    [closed] 新たな検知なし
    [health] : { $what }
   *[first] ({ $barrier })
}
sms-others = { $who }ほか{ $count }台
sms-full = { $head }{ $tenant }:{ $who }{ $story }。{ $act }。詳細メール { $number }
sms-brief = { $head }{ $tenant }:{ $who }{ $story }。{ $act }。{ $number }
sms-alone = { $head } { $who }{ $story }。{ $act }。{ $number }
sms-bare = { $head } { $who }。{ $act } { $number }
sms-folded = { $head }{ $tenant }:{ $who }ほか{ $count }件({ $barrier })。{ $act }。詳細メール { $number }ほか
sms-folded-brief = { $head } { $who }ほか{ $count }件。{ $act } { $number }
