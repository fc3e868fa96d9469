"""Sorts a gift shop's goods into categories, by words in their descriptions.

The source names no categories. These rules are ours: the first of them with one of its words in
the description gives the category; a category may have several. A word stands for its plural too.
"""

import re
from typing import Final

OTHER: Final = "other"

# A category and its words; who stands first is asked first. A rule goes on where a line is indented.
_RULES: Final = """\
toys: children, childrens, childs, kid, toy, jigsaw, feltcraft, babushka, money box
textiles: cushion, doormat, hot water bottle, hand warmer, curtain, doorstop, door stop, quilt
kitchen: tea towel, cake stand, cakestand, lunch box, snack box, bread bin, cake tin
bags: lunch bag, jumbo bag, shopper, handbag, washbag, umbrella, luggage tag, charlotte bag
christmas: christmas, xmas, advent, santa, reindeer, bauble, holly, snowflake, snowman, jingle,
    gingerbread, mistletoe, nativity, noel, hohoho, rudolf, robin, wreath, ice skate, angel
lights: candle, t-light, tealight, lantern, lamp, lampshade, candlestick, candleholder, incense,
    chandelier
storage: cabinet, drawer, shelf, magazine rack, coat rack, trinket box, jewellery box, storage,
    wall tidy, organiser, hook, money box, chest, box
garden: watering can, plant pot, artificial flower, parasol, trellis, dovecote, bird feeder,
    birdhouse, garden, gardener, bird house
signs: metal sign, wall art, door sign, toilet sign, number tile, wall plaque
jewellery: necklace, necklac, neckl, bracelet, earring, brooch, ring, bangle, pendant, hair,
    charm, diamante, jewel, pearl, bead, anklet, tiara, hoop, amethyst, jet, amber, murano,
    crystal, bling, ear, drop
bags: bag, handbag, shopper, tote, purse, wallet, backpack, washbag, rucksack, luggage,
    passport, satchel, holdall, umbrella, suitcase, case, weekender, glasses case
party: party, bunting, balloon, garland, birthday, paper plate, paper cup, napkin, doily,
    doilie, cake case, streamer, honeycomb, straw, confetti, disco, picnic, celebration, feather
kitchen: mug, cup, teacup, saucer, teapot, tea, coffee, plate, bowl, cake, cakestand, tray,
    cutlery, knife, fork, spoon, jug, kitchen, apron, oven, baking, bake, mould, pantry, jam,
    recipe, dinner, egg cup, egg poacher, milk, sugar, salt, pepper, biscuit, bread, dish,
    tumbler, goblet, beaker, bottle, flask, lunch, snack, food, pan, scale, measuring, whisk,
    grater, colander, coaster, placemat, tablecloth, cookie, ice cream, toast, lolly, fridge,
    thermos, carafe, cake tin, chopstick, breakfast, ladle, tongs, corkscrew, wine, beer,
    cocktail, sieve, chopping, cutter, kettle, jar, canister, cannister, soup, diner, bakelike,
    skewer, tablespoon, teaspoon, chilli, popcorn, nutcracker, utensil, porcelain, cosy,
    crockery, champagne, trivet, tazza, fruit, butter, cake rack, jelly, sandwich, hen house,
    toastrack
lights: candle, t-light, tealight, light, lantern, lamp, lampshade, candlestick, candleholder,
    chandelier, incense, oil burner, wick, votive, t light, night light, joss, fragrance,
    scented, diffuser, led, torch, pot pourri, candelabra, sconce
toys: toy, game, doll, dolly, puzzle, jigsaw, teddy, bear, soldier, skittle, dinosaur, spaceboy,
    kid, child, children, childrens, childs, baby, boy, girl, babushka, playhouse, magic, card
    game, yoyo, robot, whistle, spinning, drum, plaster, crayon, colouring, feltcraft, craft,
    sketchbook, circus, money bank, piggy bank, moneybox, marbles, dominoes, ludo, snakes,
    puppet, knitting, sewing, rocking, pencil, eraser, chalk, stencil, skipping, hopping,
    helicopter, sandcastle, inflatable, monster, crawlie, dolphin, modelling, windmill, jump,
    football, bingo, quoits, playing card, croquet, space, snap, rattle, bib, nursery, tattoo,
    princess, pirate, fairy tale, noisemaker, squeezer, harmonica, kazoo, trinket box, top
    trump, animal sticker, bertie, embroidery, cuddly, ball, bunny, rabbit, frog, monkey,
    elephant, owl, lola, suki, charlie
stationery: card, wrap, notebook, journal, paper, pen, book, sticker, tape, letter, envelope,
    stationery, ribbon, gift tag, tag, address, diary, calendar, notepad, memo, magnet, stamp,
    ruler, clipboard, folder, tissue, pad, photo album, scrapbook, post, message, blackboard,
    chalkboard, bookmark, string, decoupage, sketch, ink, rosette, gift box, badge, rubber,
    scissor, calculator, hole punch, writing set, patch, patches
garden: garden, plant, planter, watering, flower pot, herb, seed, bird, birdhouse, feeder,
    parasol, trellis, trowel, hose, greenhouse, shed, grow your own, gnome, butterfly, insect,
    bee, dovecote, hanging basket, wind chime, toadstool, kneeling, gardener, glove, windchime,
    weather, thermometer, dog, cat, pet, deckchair, beach, outdoor, obelisk, artificial flower,
    flower, rose, tulip, poppy, daisy, lily, orchid, sunflower, lavender, leaf, leave, blossom,
    bouquet, branch
signs: sign, poster, keep calm, metal sign, enamel, plaque, print, canvas, billboard, vintage,
    union jack, world war, ration, retro, number tile, tile, font, alphabet
storage: box, tin, basket, storage, drawer, chest, cabinet, shelf, rack, hook, hanger, hanging
    rail, crate, tidy, bin, peg, key holder, organiser, container, bucket, trunk, cupboard,
    wardrobe, hold, holder, toilet roll, pail, caddy, tub, cube, sack
textiles: cushion, throw, blanket, quilt, towel, flannel, doormat, mat, rug, curtain, fabric,
    lace, cotton, cover, knitted, hot water, warmer, slipper, sock, scarf, shawl, hat, robe,
    crochet, pillow, patchwork, felt, pashmina, sarong, doorstop, door stop, draught, bed,
    wheat, heat, sombrero, tie
decoration: decoration, frame, mirror, clock, vase, wall, heart, hanging, ornament, figurine,
    sculpture, wooden, wood, metal, zinc, star, knob, door, bell, mobile, bathroom, soap, shell,
    ceramic, wicker, table, chair, stool, photo, candy, cornice, decor, antique, decorative,
    rocking, screen, fan, french, cross, bath, stand, home, photoframe, paperweight, p'weight,
    lightbulb, glass, egg, easter, pot, love, silver, gold, wire, chain, sweetheart, bust,
    statue, stone, cabinet, desk, ashtray, globe, acrylic, slate, chrome, bronze, rack, buddha,
    folkart, folk art
"""


def category_of(description: str) -> str:
    """Return the category of goods with that description.

    >>> category_of("WHITE HANGING HEART T-LIGHT HOLDER")
    'lights'
    >>> category_of("REGENCY CAKESTAND 3 TIER")
    'kitchen'
    """
    text = description.lower()
    return next((category for category, words in RULES if words.search(text)), OTHER)


def _rules(text: str) -> tuple[tuple[str, re.Pattern[str]], ...]:
    rules = []
    for line in text.replace("\n    ", " ").splitlines():
        category, _, words = line.partition(": ")
        either = "|".join(re.escape(word.strip()) for word in words.split(","))
        rules.append((category, re.compile(rf"(?<![a-z])(?:{either})(?:s|es)?(?![a-z])")))
    return tuple(rules)


RULES: Final = _rules(_RULES)
