"""The texts of an evaluation, in the terminal and in its report, in English and Chinese."""

from __future__ import annotations

from dataclasses import dataclass

from bot.evaluation.evaluation import Kind
from bot.nlu.reading import Zone


@dataclass(frozen=True, slots=True)
class Words:
    """The texts of one language."""

    code: str
    title: str
    kinds: dict[Kind, str]
    zones: dict[Zone, str]
    made: str
    summary: str
    texts: str
    accuracy: str
    macro_f1: str
    calibration_error: str
    surest: str
    right_share: str
    fallback: str
    two: str
    cost: str
    cost_said: str
    alone: str
    intents: str
    intent: str
    precision: str
    recall: str
    support: str
    threshold: str
    common: str
    own: str
    confused: str
    meant: str
    read: str
    count: str
    examples: str
    entities: str
    entity: str
    all: str
    none: str
    more: str
    no_plots: str
    no_font: str
    written: str
    folds: str
    trained: str
    plots: dict[str, tuple[str, str]]
    confidence: str
    share_right: str
    share_answered: str
    share_texts: str
    limit: str
    wrong_answers: str
    not_answered: str
    cost_each: str
    right: str
    wrong: str
    perfect: str
    as_is: str
    most_confused: str
    caught: str
    lost: str
    outside_limit: str


ENGLISH = Words(
    code="en",
    title="Evaluation of {}",
    kinds={Kind.CROSS_VALIDATION: "Cross-validation in {} folds", Kind.TEST_SET: "Test set {}"},
    zones={Zone.ANSWER: "answered", Zone.ASK_BACK: "asked back", Zone.HAND_OFF: "handed off"},
    made="Model {model}, {at}.",
    summary="Summary", texts="texts", accuracy="accuracy", macro_f1="macro F1",
    calibration_error="calibration error (ECE)", surest="right among the surest 90 %",
    right_share="{share} of all, best intent right in {right}", fallback="fallback", two="two things found",
    cost="cost of a message",
    cost_said="{cost:.2f}; if all were answered {always:.2f} (wrong answer {wrong:g}, question {asked:g}, person {person:g})",
    alone="{} examples are the only one of their intent and could not be held out.",
    intents="Intents, the weakest first", intent="intent", precision="precision", recall="recall", support="texts",
    threshold="answered from",
    common="The common threshold is {:.2f}; * has its own.", own="*",
    confused="Most confused pairs", meant="meant", read="read as", count="times", examples="texts",
    entities="Entities, the weakest first", entity="entity", all="all", none="No text was read as another intent.",
    more="and {} more, in the report",
    no_plots="Without plots: matplotlib is not installed. This adds it: {}",
    no_font="No font with Chinese characters was found, so plots are in English and show numbers of the table of intents. "
    "One is in the package fonts-noto-cjk.",
    written="Report: {}", folds="Cross-validation",
    trained="Trained for this evaluation; nothing went live.",
    plots={
        "confusion": ("Confusion matrix", "Rows are what was meant, columns what was read; colour is the share of the row."),
        "reliability": ("Reliability",
            "On the diagonal confidence is as often right as it says; below it is too sure. The number is that of texts."),
        "confidence": ("Confidence", "How sure the model was, of texts that it read right and wrong."),
        "coverage": ("Coverage and accuracy", "How many of the answers are right, where only the surest texts are answered."),
        "cost": ("Cost by threshold",
            "Were every intent answered from this confidence on: what is wrong, what is not answered, and what a message costs."),
        "outside": ("Out of scope",
            "Were all out of scope that the model finds strange from here on: how much of what is so is caught, and what is lost."),
    },
    confidence="confidence", share_right="share right", share_answered="share of texts answered", share_texts="share of texts",
    limit="answered from this confidence on",
    wrong_answers="answered wrongly", not_answered="not answered", cost_each="cost of a message", right="right", wrong="wrong",
    perfect="as it says", as_is="as it is", most_confused="the {} intents that are confused most",
    caught="caught, of what is out of scope", lost="lost, of all else", outside_limit="out of scope from this strangeness on",
)  # fmt: skip

CHINESE = Words(
    code="zh",
    title="{} 的评估报告",
    kinds={Kind.CROSS_VALIDATION: "{} 折交叉验证", Kind.TEST_SET: "测试集 {}"},
    zones={Zone.ANSWER: "直接回答", Zone.ASK_BACK: "反问确认", Zone.HAND_OFF: "转人工"},
    made="模型 {model}，{at}。",
    summary="概览", texts="文本数", accuracy="准确率", macro_f1="宏平均 F1", calibration_error="校准误差（ECE）",
    surest="最有把握的 90% 中的正确率", right_share="占全部的 {share}，首选意图正确率 {right}", fallback="触发兜底", two="识别出两件事",
    cost="每条消息的代价", cost_said="{cost:.2f}；若全部直接回答则为 {always:.2f}（答错 {wrong:g}，反问 {asked:g}，转人工 {person:g}）",
    alone="有 {} 个例句是其意图的唯一例句，无法留出验证。",
    intents="各意图，最弱的在前", intent="意图", precision="精确率", recall="召回率", support="文本数", threshold="回答阈值",
    common="通用阈值为 {:.2f}；带 * 的意图有自己的阈值。", own="*",
    confused="最易混淆的意图", meant="本意", read="被识别为", count="次数", examples="例句",
    entities="各实体，最弱的在前", entity="实体", all="全部", none="没有文本被识别成别的意图。",
    more="另有 {} 项，见报告",
    no_plots="没有图表：未安装 matplotlib。安装命令：{}",
    no_font="找不到含中文的字体，图中改用意图表里的序号和英文。可安装 fonts-noto-cjk。",
    written="报告：{}", folds="交叉验证",
    trained="已为本次评估训练模型，未上线。",
    plots={
        "confusion": ("混淆矩阵", "行是本意，列是识别结果；颜色深浅是占该行的比例。"),
        "reliability": ("可靠性", "落在对角线上，说明把握有多大就对多少；低于对角线则过于自信。数字是文本数。"),
        "confidence": ("置信度分布", "识别正确与错误的文本，模型各有多大把握。"),
        "coverage": ("覆盖率与准确率", "只回答最有把握的那部分文本时，回答中有多少是对的。"),
        "cost": ("阈值与代价", "若所有意图都从这个置信度起直接回答：答错的比例、未回答的比例，以及每条消息的代价。"),
        "outside": ("超出范围", "若从这个陌生程度起都当作超出范围：真正超出范围的拦住多少，其余的误伤多少。"),
    },
    confidence="置信度", share_right="正确比例", share_answered="回答的文本比例", share_texts="文本比例", limit="从此置信度起直接回答",
    wrong_answers="答错", not_answered="未回答", cost_each="每条消息的代价", right="正确", wrong="错误",
    perfect="理想", as_is="当前", most_confused="最易混淆的 {} 个意图",
    caught="超出范围的被拦住", lost="其余的被误伤", outside_limit="从此陌生程度起算超出范围",
)  # fmt: skip


def words_of(language: str) -> Words:
    return CHINESE if language.lower().startswith("zh") else ENGLISH
