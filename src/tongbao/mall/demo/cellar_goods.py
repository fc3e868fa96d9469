"""What the Chinese demo sells: wines, teas, ware and gifts, made up and described by us."""

from typing import Final

from tongbao.mall.demo.goods import Article

CATEGORIES: Final = (
    ("baijiu", "白酒"),
    ("huangjiu", "黄酒"),
    ("putaojiu", "葡萄酒"),
    ("guojiu", "果酒与米酒"),
    ("cha", "茶"),
    ("jiuju", "酒具与礼盒"),
    ("fuwu", "到店与充值"),
)

# SKU, title, description, price in fen, category.
_GOODS: Final = (
    (
        "BJ-01",
        "高粱窖藏 42 度 500 毫升",
        "红缨子高粱，陈放三年。入口绵，收尾干净。",
        8800,
        "baijiu",
    ),
    ("BJ-02", "高粱窖藏 53 度 500 毫升", "同一窖池，原度装瓶。加一小块冰也好喝。", 12800, "baijiu"),
    ("BJ-03", "清香小坛 45 度 1 升", "地缸发酵，清香型。陶坛封泥，开坛后请冷藏。", 15600, "baijiu"),
    ("BJ-04", "老窖十年 52 度 500 毫升", "十年基酒为主，少量老酒调味。", 26800, "baijiu"),
    ("BJ-05", "口粮酒 42 度 450 毫升", "每天一小杯的酒，不装盒，只卖酒。", 3900, "baijiu"),
    ("BJ-06", "小瓶装 50 度 100 毫升", "一百毫升，正好一个人一顿饭。", 1800, "baijiu"),
    ("BJ-07", "坛藏原浆 60 度 500 毫升", "未加水的原浆，适合自己勾调。", 19800, "baijiu"),
    (
        "HJ-01",
        "三年陈花雕 500 毫升",
        "糯米、麦曲、鉴湖水式的硬度。半干，温到四十度最香。",
        3200,
        "huangjiu",
    ),
    ("HJ-02", "五年陈花雕 500 毫升", "颜色更深，有焦糖和坚果的味道。", 5600, "huangjiu"),
    ("HJ-03", "十年陈加饭 600 毫升", "加饭酒，酒体厚。配大闸蟹正好。", 11800, "huangjiu"),
    ("HJ-04", "善酿半甜 500 毫升", "以酒代水酿成，半甜，饭后一小杯。", 4800, "huangjiu"),
    ("HJ-05", "香雪甜黄酒 375 毫升", "甜型黄酒，冰镇配甜点。", 4200, "huangjiu"),
    ("HJ-06", "料理用黄酒 1 升", "不加盐，不加焦糖色，做菜用。", 1600, "huangjiu"),
    (
        "PT-01",
        "贺兰山东麓赤霞珠 750 毫升",
        "黑醋栗与青椒，单宁细。橡木桶陈酿十二个月。",
        16800,
        "putaojiu",
    ),
    (
        "PT-02",
        "贺兰山东麓马瑟兰 750 毫升",
        "紫罗兰香，果味直接，开瓶半小时后更好。",
        14800,
        "putaojiu",
    ),
    ("PT-03", "怀来龙眼干白 750 毫升", "本地老品种龙眼葡萄，清爽，配海鲜。", 9800, "putaojiu"),
    ("PT-04", "雷司令半干 750 毫升", "酸甜平衡，八到十度饮用。", 10800, "putaojiu"),
    ("PT-05", "蛇龙珠干红 750 毫升", "草本香气明显，适合炖肉。", 8800, "putaojiu"),
    ("PT-06", "传统法起泡 750 毫升", "瓶中二次发酵，酒泥陈酿十八个月。", 18800, "putaojiu"),
    ("PT-07", "冰酒 375 毫升", "葡萄在枝头冻过才采，每株只酿这么一点。", 29800, "putaojiu"),
    ("GJ-01", "青梅酒 12 度 500 毫升", "大青梅整颗浸泡一年，不加香精。", 6800, "guojiu"),
    ("GJ-02", "桂花米酒 8 度 480 毫升", "糯米甜酒加金桂，冷热皆可。", 3600, "guojiu"),
    ("GJ-03", "杨梅烧 22 度 500 毫升", "仙居杨梅，高粱酒底，喝的时候吃一颗梅子。", 7200, "guojiu"),
    ("GJ-04", "甜酒酿 500 克", "一半米一半酒，煮圆子或直接吃。", 1500, "guojiu"),
    ("GJ-05", "山楂酒 10 度 330 毫升", "酸，开胃，适合饭前。", 2800, "guojiu"),
    ("GJ-06", "低度荔枝酒 6 度 330 毫升", "气泡轻，荔枝味真，六度。", 2600, "guojiu"),
    ("CH-01", "明前龙井 50 克", "清明前采的一芽一叶。玻璃杯，八十度水。", 12800, "cha"),
    ("CH-02", "安溪铁观音清香型 125 克", "兰花香，七泡有余香。", 8600, "cha"),
    ("CH-03", "凤凰单丛鸭屎香 100 克", "名字粗，香气细。盖碗，沸水，快出汤。", 11800, "cha"),
    ("CH-04", "正山小种 100 克", "松烟香，甜，冬天加一片橙。", 7800, "cha"),
    ("CH-05", "五年陈熟普 357 克饼", "渥堆味已散，汤红而滑。", 13800, "cha"),
    ("CH-06", "福鼎白牡丹 100 克", "毫香，清甜，也可以煮。", 8800, "cha"),
    ("CH-07", "茉莉花茶七窨 100 克", "七次窨花，茶里不见花。", 6800, "cha"),
    ("CH-08", "办公室茶包 20 袋", "四种茶各五袋，原叶三角包。", 3900, "cha"),
    ("JJ-01", "锡制温酒壶", "两百毫升，配热水座，温黄酒用。", 16800, "jiuju"),
    ("JJ-02", "青瓷小酒杯 六只", "每只三十毫升，釉色略有不同。", 8800, "jiuju"),
    ("JJ-03", "水晶葡萄酒杯 两只", "杯口薄，六百毫升。", 12800, "jiuju"),
    ("JJ-04", "白瓷盖碗", "一百二十毫升，不烫手的撇口。", 5800, "jiuju"),
    ("JJ-05", "节庆礼盒 一酒一茶", "窖藏 42 度一瓶，正山小种一罐，附手写卡片。", 19800, "jiuju"),
    ("JJ-06", "品鉴套装 六小瓶", "六种酒各五十毫升，先试后买。", 9900, "jiuju"),
)
_MERCHANTS: Final = {"cha": "tea", "jiuju": "gifts"}
_SERVICES: Final = (
    Article(
        sku="Q-PIN-2",
        title="品酒会双人券",
        description="周五晚七点，六款酒，有冷餐。到店出示券码。",
        price_minor=26800,
        category="fuwu",
        merchant="cellar",
        kind="voucher",
        facts={"voucher_days": 90},
    ),
    Article(
        sku="Q-CHA-1",
        title="茶室一小时",
        description="四人以内，含一泡茶。到店出示券码。",
        price_minor=8800,
        category="fuwu",
        merchant="tea",
        kind="voucher",
        facts={"voucher_days": 180},
    ),
    *(
        Article(
            sku=f"C-{code}-{yuan}",
            title=f"{title} {yuan} 元",
            description="演示：由沙箱充值渠道应答，不会真的到账。",
            price_minor=yuan * 100,
            category="fuwu",
            merchant="shop",
            kind="topup",
            facts={"topup_kind": kind, "face": f"{yuan}.00"},
        )
        for code, title, kind, yuan in (
            ("HF", "话费充值", "phone", 50),
            ("HF", "话费充值", "phone", 100),
            ("YK", "油卡充值", "fuel", 200),
            ("DF", "电费充值", "utility", 100),
        )
    ),
)
ARTICLES: Final = (
    *(
        Article(sku, title, text, price, category, _MERCHANTS.get(category, "cellar"))
        for sku, title, text, price, category in _GOODS
    ),
    *_SERVICES,
)
