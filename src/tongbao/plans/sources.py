"""Laws and rules that findings cite, by their own names and articles.

They tell a shop owner what to read and what to ask a lawyer; they are no legal
advice, and laws change.
"""

from typing import Final

from msgspec import Struct

from tongbao.plans.words import Text


class Source(Struct, frozen=True):
    """A law, a court's interpretation, an official notice or a chapter of Tongbao's rules."""

    code: str
    name: Text
    says: Text


PYRAMID_LINES: Final = Source(
    "pyramid-7-3",
    Text(
        "Regulations on the Prohibition of Pyramid Selling (2005), art. 7(iii)",
        "《禁止传销条例》(2005) 第七条第（三）项",
    ),
    Text(
        "Forming up- and downlines and paying the upline by the sales of the downline is "
        "pyramid selling; no number of levels is named.",
        "要求发展下线形成上下线关系，并以下线的销售业绩为依据给付上线报酬，属于传销；"
        "条文未规定层数。",
    ),
)
PYRAMID_RECRUITING: Final = Source(
    "pyramid-7-1",
    Text(
        "Regulations on the Prohibition of Pyramid Selling (2005), art. 7(i) and (ii)",
        "《禁止传销条例》(2005) 第七条第（一）（二）项",
    ),
    Text(
        "Paying by the number recruited, or for an entry fee disguised as a purchase of goods, "
        "is pyramid selling.",
        "以发展人员数量计酬，或以认购商品等方式变相收取入门费，属于传销。",
    ),
)
PYRAMID_CRIME: Final = Source(
    "pyramid-crime",
    Text(
        "Opinions on criminal cases of organising pyramid selling, Gong Tong Zi [2013] No. 37",
        "公通字〔2013〕37号《关于办理组织领导传销活动刑事案件适用法律若干问题的意见》",
    ),
    Text(
        "Organising 30 or more participants in three or more levels is prosecuted as a crime.",
        "组织内部参与人员三十人以上且层级三级以上的，应当追究组织者、领导者的刑事责任。",
    ),
)
FUNDRAISING: Final = Source(
    "fundraising-2-19",
    Text(
        "Regulations on the Prevention and Handling of Illegal Fundraising (2021), "
        "arts. 2 and 19(3)",
        "《防范和处置非法集资条例》(2021) 第二条、第十九条第（三）项",
    ),
    Text(
        "Unlicensed fundraising from the public with a promise of money, equity or goods in "
        "return, in the course of selling goods too, is illegal.",
        "未经许可，以许诺还本付息或给予货币、股权、"
        "实物等回报向不特定对象吸收资金（包括以销售商品名义），属于非法集资。",
    ),
)
FUNDRAISING_COURT: Final = Source(
    "fundraising-court",
    Text(
        "Supreme People's Court, Interpretation on criminal cases of illegal fundraising (2022)",
        "最高人民法院《关于审理非法集资刑事案件具体应用法律若干问题的解释》(2022)",
    ),
    Text(
        "Public promotion and a promised return in money, goods or equity are among the four "
        "marks; buying goods back without real sales is listed.",
        "公开宣传、许诺以货币、实物、股权等方式给付回报是四项特征之一；"
        "无真实销售的“商品回购”被列明。",
    ),
)
REBATE_NOTICE: Final = Source(
    "rebate-2018",
    Text(
        "Risk notice of six agencies on «consumption rebates», 12 April 2018",
        "六部门《关于“消费返利”的风险提示》(2018-04-12)",
    ),
    Text(
        "«Shop and get it all back» funded by margins and fees has the features of illegal "
        "fundraising and pyramid selling.",
        "以商品溢价和手续费支撑的“购物返本、消费等于赚钱”，带有非法集资和传销的特征。",
    ),
)
CENTRAL_BANK: Final = Source(
    "pboc-20",
    Text(
        "Law on the People's Bank of China (2003), arts. 20 and 45",
        "《中国人民银行法》(2003) 第二十条、第四十五条",
    ),
    Text(
        "Nobody may issue token notes that take the place of the currency in circulation.",
        "任何单位和个人不得印制、发售代币票券，以代替人民币在市场上流通。",
    ),
)
PAYMENT: Final = Source(
    "payment-2-6",
    Text(
        "Regulations on Non-bank Payment Institutions (2024), arts. 2 and 6",
        "《非银行支付机构监督管理条例》(2024) 第二条、第六条",
    ),
    Text(
        "Payment business without a licence, even disguised, is forbidden.",
        "未经许可不得从事或者变相从事支付业务。",
    ),
)
PREPAID: Final = Source(
    "prepaid-2012",
    Text(
        "Measures on single-purpose commercial prepaid cards (2012 No. 9), filing",
        "《单用途商业预付卡管理办法（试行）》(2012年第9号) 备案",
    ),
    Text(
        "Who issues store credit against money files within 30 days and keeps to its limits.",
        "发行单用途卡的企业应在开展业务之日起 30 日内备案，并遵守限额等规定。",
    ),
)
SECURITIES: Final = Source(
    "securities-9",
    Text("Securities Law (2019), arts. 9 and 37", "《证券法》(2019) 第九条、第三十七条"),
    Text(
        "Offering to the unspecified public, or to more than 200, is a public issue that needs "
        "registration; no trading outside approved venues.",
        "向不特定对象或累计超过 200 人发行属于公开发行，须依法注册；公开交易须在批准的场所进行。",
    ),
)
INCOME_TAX: Final = Source(
    "income-tax-3-9",
    Text(
        "Individual Income Tax Law (2018), arts. 3 and 9",
        "《个人所得税法》(2018) 第三条、第九条",
    ),
    Text(
        "Dividends and incidental income are taxed at 20%; who pays withholds. How such payouts "
        "are classified is a question for a tax adviser.",
        "股息红利所得、偶然所得税率 20%，由支付方扣缴；此类支付的性质请咨询税务顾问。",
    ),
)
RULES_KNOWN: Final = Source(
    "rules-known",
    Text("Tongbao's rules, «Known and accepted»", "通宝规则“已知并接受”一节"),
    Text("What the rules leave open by choice.", "规则有意保留的情形。"),
)
RULES_HOLDS: Final = Source(
    "rules-holds",
    Text("Tongbao's rules, «What always holds»", "通宝规则“始终成立”一节"),
    Text(
        "The engine's promises; arithmetic follows from the conservation of money.",
        "引擎的保证；计算依据资金守恒。",
    ),
)
RULES_PLAN: Final = Source(
    "rules-plan",
    Text("Tongbao's rules, «Plan» and «purchase»", "通宝规则“方案”与“购买”两节"),
    Text("What each field of a plan does.", "方案每个字段的作用。"),
)
MALL_EARNING: Final = Source(
    "mall-earning",
    Text("Tongbao's mall, «What earns points»", "通宝商城文档“哪些商品产生积分”一节"),
    Text(
        "What is bought at its face value is as good as cash: points on its price would be money "
        "given away.",
        "按面值购买的商品等同现金：按售价发积分就是白送钱。",
    ),
)
