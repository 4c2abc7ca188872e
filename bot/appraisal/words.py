"""The texts of a report's page, in English and Chinese. Findings are said by their codes: `{…}` are fields of ReportFinding."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from models.model_report import ChangeKind, FindingCode, ReportFinding


@dataclass(frozen=True, slots=True)
class GateWords:
    """The texts of one language. Without `findings` a finding's own text is taken, which is English."""

    title: str
    passed: str
    refused: str
    compared: str
    live: str
    candidate: str
    accuracy: str
    macro_f1: str
    difference: str
    difference_said: str
    fixed: str
    fixed_said: str
    cross: str
    replay: str
    replay_said: str
    talks: str
    talks_said: str
    lost: str
    failed: str
    changes: str
    changes_said: str
    text: str
    meant: str
    nothing: str
    kinds: Mapping[ChangeKind, str]
    findings: Mapping[FindingCode, str]

    def finding(self, found: ReportFinding) -> str:
        said = self.findings.get(found.code)
        if said is None:
            return found.text
        right, now = round(found.live * found.texts), round(found.candidate * found.texts)
        names = "、".join(f"“{each}”" for each in found.names[:3]) + (
            f" 等 {found.count} 个" if found.count > 3 else ""
        )
        return said.format(f=found, right=right, now=now, names=names)


ENGLISH = GateWords(
    title="Is {} better?",
    passed="It may answer.", refused="It was refused.",
    compared="Compared with the live model {}.",
    live="live", candidate="candidate", accuracy="accuracy", macro_f1="macro F1",
    difference="difference",
    difference_said="{difference:+.1%} (nine of ten resamples from {low:+.1%} to {high:+.1%}); {lost} lost, {gained} gained",
    fixed="Fixed test set",
    fixed_said="{texts} texts that neither has learned ({files} of the project, {inbox} of the inbox, {left_out} left out); {hash}",
    cross="Cross-validation of the candidate",
    replay="Replay of corrected turns",
    replay_said="{turns} turns: {right} right with it, {live} with the live model; "
    "of {unseen} that neither has learned {unseen_right} and {unseen_live}",
    talks="Test conversations", talks_said="{passed} of {total} go as written, with the live model {live}",
    lost="Went as written with the live model:", failed="Go otherwise with both:",
    changes="What changes", changes_said="Of {compared} messages {worse} become worse, {better} better, {other} otherwise.",
    text="message", meant="meant", nothing="(nothing to know)",
    kinds={ChangeKind.BETTER: "better", ChangeKind.WORSE: "worse", ChangeKind.OTHER: "otherwise"},
    findings={},
)  # fmt: skip
CHINESE = GateWords(
    title="{} 是否更好？",
    passed="可以上线。", refused="已被拒绝。",
    compared="与线上模型 {} 比较。",
    live="线上", candidate="候选", accuracy="准确率", macro_f1="宏平均 F1",
    difference="差异", difference_said="{difference:+.1%}（九成重抽样在 {low:+.1%} 到 {high:+.1%} 之间）；丢失 {lost} 条，新增 {gained} 条",
    fixed="固定测试集", fixed_said="{texts} 条双方都没学过的文本（项目 {files} 条，收件箱 {inbox} 条，排除 {left_out} 条）；{hash}",
    cross="候选模型的交叉验证",
    replay="回放已纠正的消息",
    replay_said="共 {turns} 条：候选正确 {right} 条，线上 {live} 条；"
    "其中没学过的 {unseen} 条，分别正确 {unseen_right} 与 {unseen_live} 条",
    talks="测试对话", talks_said="{total} 段中 {passed} 段符合预期，线上模型 {live} 段",
    lost="线上模型符合预期、候选不符的：", failed="两者都不符的：",
    changes="有哪些变化", changes_said="{compared} 条消息中，{worse} 条变差，{better} 条变好，{other} 条有其他变化。",
    text="消息", meant="本意", nothing="（无需回答）",
    kinds={ChangeKind.BETTER: "变好", ChangeKind.WORSE: "变差", ChangeKind.OTHER: "其他"},
    findings={
        FindingCode.ACCURACY: "固定测试集 {f.texts} 条中对了 {now} 条，线上模型对了 {right} 条："
            "丢失 {f.lost} 条，新增 {f.gained} 条，超出偶然。",
        FindingCode.COST: "每条消息的代价为 {f.candidate:.2f}，线上模型为 {f.live:.2f}（答错、反问与转人工合计）："
            "固定测试集 {f.texts} 条中 {f.lost} 条变贵，{f.gained} 条变便宜，超出偶然。",
        FindingCode.INTENT: "受保护意图 {f.intent} 的 {f.texts} 条中对了 {now} 条，线上模型对了 {right} 条："
            "丢失 {f.lost} 条，新增 {f.gained} 条，超出偶然。",
        FindingCode.CONVERSATIONS: "{f.count} 段测试对话在线上模型下符合预期，在候选下不符：{names}。",
        FindingCode.MISSING: "候选不认识 {names}：线上模型认识，而项目的规则、故事或表单需要。",
        FindingCode.NO_LIVE: "没有线上模型，无从比较。",
        FindingCode.IS_LIVE: "这就是线上模型，无从比较。",
        FindingCode.OTHER_PROJECT: "线上模型属于另一个项目，无从比较。",
        FindingCode.UNUSABLE_LIVE: "线上模型无法加载，无从比较。",
        FindingCode.NO_TEXTS: "没有固定测试集：请编写 tests/heldout.yml，或在收件箱里多标注一些。",
        FindingCode.FEW_TEXTS: "固定测试集只有 {f.texts} 条，看不出小的差异。",
        FindingCode.SEEN: "固定测试集中有 {f.count} 条被其中一个模型学过，已排除。",
        FindingCode.WITHOUT_EXAMPLES: "规则、故事或表单在等 {names}，但它们没有例句。",
        FindingCode.NOT_RUN: "动作在项目自己的服务器上，因此没有运行：测试对话只比较了接下来会做什么。",
    },
)  # fmt: skip


def gate_words(language: str) -> GateWords:
    return CHINESE if language.lower().startswith("zh") else ENGLISH
