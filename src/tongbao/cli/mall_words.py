"""The words of `tongbao mall`, in both languages."""

from typing import Final

from tongbao.plans.words import Text

ONE_PLAN: Final = Text(
    "Name the plan: either --plan FILE or --preset NAME", "请指定方案：--plan 文件 或 --preset 名称"
)
OTHER_CURRENCY: Final = Text(
    "The preset {preset} is written in {found}, and its amounts mean {found}. For {needed} write the "
    "file first and look at its amounts: tongbao plan new --preset {preset} --out plan.toml",
    "预置方案 {preset} 以 {found} 计价。要用 {needed}，请先生成文件并核对金额："
    "tongbao plan new --preset {preset} --out plan.toml",
)
NO_COUNTRY: Final = Text(
    "{currency} does not say in which country the mall is. Name it, such as --country FR: phone numbers "
    "without a country code belong there",
    "{currency} 无法说明商城在哪个国家或地区。请写明，例如 --country FR：未写国家或地区代码的手机号按此处理",
)
BAD_COUNTRY: Final = Text(
    "{found} is no country. Write the two letters of ISO 3166-1, such as FR",
    "{found} 不是国家或地区代码。请写 ISO 3166-1 的两个字母，例如 FR",
)
NO_MARGIN: Final = Text("--margin: {reason}", "--margin：{reason}")
MARGIN_RANGE: Final = Text("--margin is not between 0% and 100%", "--margin 不在 0% 到 100% 之间")
OWN_LOSES: Final = Text(
    "The mall's own goods, with a margin of {margin}: of {sample} paid, plan and fees take {taken} and "
    "the goods cost {goods}, a loss of {left} on each sale.",
    "自营商品毛利率 {margin}：每收 {sample}，方案和费用提取 {taken}，商品成本 {goods}，每笔亏损 {left}。",
)
OWN_EARNS_LITTLE: Final = Text(
    "The mall's own goods, with a margin of {margin}: of {sample} paid, plan and fees take {taken} and "
    "the goods cost {goods}; {left} is left, less than {least}.",
    "自营商品毛利率 {margin}：每收 {sample}，方案和费用提取 {taken}，商品成本 {goods}，剩 {left}，低于 {least}。",
)
MEANT: Final = Text(
    "{text} Name a higher --margin, or say --at-a-loss if it is meant.",
    "{text}请提高 --margin；确实要亏本销售时加 --at-a-loss。",
)
WARNING: Final = Text("Warning: {text}", "警告：{text}")
OPENED: Final = Text(
    "{name} is open on the program {program}. `tongbao mall serve` serves it",
    "{name} 已开业，积分项目为 {program}。用 `tongbao mall serve` 提供服务",
)
NOT_OPENED: Final = Text(
    "No mall is set up in this database; `tongbao mall open` does it",
    "这个数据库里还没有商城；请先运行 `tongbao mall open`",
)
PASSWORD: Final = Text("Password of the operator", "运营者的密码")
BAD_PASSWORD: Final = Text("This password won't do: {reason}", "这个密码不可用：{reason}")
BAD_MAIL: Final = Text("{found} is no e-mail address", "{found} 不是电子邮箱地址")
OPERATOR: Final = Text("{email} is an operator now", "{email} 已是运营者")
NOT_OPERATOR: Final = Text("{email} is an operator no more", "{email} 不再是运营者")
NO_OPERATOR: Final = Text("{email} is no operator's address", "{email} 不是运营者的邮箱")
OPERATOR_LINE: Final = Text("{name}  since {at}, by {by}", "{name}  始于 {at}，授予人：{by}")
OPERATOR_INACTIVE: Final = Text(
    "{name}  since {at}, by {by}; cannot log in", "{name}  始于 {at}，授予人：{by}；无法登录"
)
COMMAND_LINE: Final = Text("the command line", "命令行")
WHICH_OPERATOR: Final = Text(
    "Name an e-mail address, or ask for --list", "请给出电子邮箱地址，或使用 --list"
)
NO_PORT: Final = Text(
    "Nothing can be served at {host}:{port}: {reason}. Choose another with --port",
    "无法在 {host}:{port} 提供服务：{reason}。可用 --port 换一个端口",
)
PORT_TAKEN: Final = Text("another program is there", "端口已被其他程序占用")
ONLY_HERE: Final = Text(
    "This is a demo, whose passwords are known: it is served to this machine only. Leave --host and "
    "TONGBAO_ADDRESS as they are, or open a mall of your own: tongbao mall open",
    "这是演示商城，密码公开，只能在本机访问。请不要改动 --host 和 TONGBAO_ADDRESS；"
    "要对外营业，请用 tongbao mall open 建立自己的商城",
)
FOUND_NOTHING: Final = Text("Orders, payments and journal agree", "订单、支付与账本一致")
NO_HISTORY: Final = Text(
    "The bundled history is not in {folder}: the demo runs in a clone of Tongbao's repository, or "
    "with --history FOLDER",
    "{folder} 中没有自带的订单历史：演示需要在 Tongbao 代码库的克隆中运行，或用 --history 指定文件夹",
)
ANEW: Final = Text(
    "The demo in {folder} is of another version; it is made anew",
    "{folder} 中的演示属于其他版本，将重新生成",
)
NOT_A_DEMO: Final = Text(
    "{folder} is there and holds no demo; name another with --folder",
    "{folder} 已存在且不是演示；请用 --folder 换一个文件夹",
)
ANOTHER_BUILDS: Final = Text(
    "Another `tongbao mall demo` is at work in {folder}",
    "另一个 `tongbao mall demo` 正在 {folder} 中运行",
)
BUILD_FAILED: Final = Text(
    "The demo «{name}» could not be built. The end of its log, {log}:\n{end}",
    "无法生成演示“{name}”。日志 {log} 的结尾：\n{end}",
)
ENDED: Final = Text(
    "The demo «{name}» has stopped by itself. The end of its log, {log}:\n{end}",
    "演示“{name}”意外停止。日志 {log} 的结尾：\n{end}",
)
FAILS: Final = Text(
    "The demo «{name}» answers with status {status}. The end of its log, {log}:\n{end}",
    "演示“{name}”返回状态 {status}。日志 {log} 的结尾：\n{end}",
)
BUILDING: Final = Text("Making the demo, once:", "正在生成演示（只需一次）：")
TABLES: Final = Text("tables", "数据表")
STAGES: Final = {
    "people": Text("people", "人物"),
    "goods": Text("goods", "商品"),
    "history": Text("a year of orders", "一年的订单"),
    "orders": Text("their orders", "近期订单"),
}
MALLS: Final = {
    "retail": Text("gift shop", "礼品店"),
    "wine": Text("wine mall", "酒悦商城"),
}
READY: Final = Text("{name}: {address}", "{name}：{address}")
LOGIN: Final = Text("  {role:<9} {email}   {password}", "  {role}  {email}   {password}")
ROLES: Final = {
    "shopper": Text("shopper", "顾客"),
    "merchant": Text("merchant", "商家"),
    "operator": Text("operator", "运营"),
}
STOP: Final = Text("Ctrl-C stops both.", "按 Ctrl-C 停止。")
