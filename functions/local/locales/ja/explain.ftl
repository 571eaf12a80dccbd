### `hinomi explain --archive` が、根拠となるログの原文について伝える文。

archive-same = アーカイブの原文(全体、文書と一致):
archive-differs = アーカイブの行は文書の行と異なります。どちらかが変更されたか、別のアーカイブです:
archive-no-place = 取得していません。アーカイブ内の場所が文書に記されていません。
archive-absent = アーカイブにありません。該当するオブジェクトがありません。
archive-no-line = アーカイブにありません。オブジェクトはありますが、該当する行がないか、壊れています。
archive-failed = アーカイブを読めません: { $why }
archive-too-many = 取得していません。文書の行数が、本プログラムのインシデントの上限を超えています。
