"""The words of titles: what heads of state and government, ministers, royalty, clergy, officers and others are called.

Each is as it is folded: lower case, no accents, no full stops. To teach the project another title, add it here and a case
to tests/people/test_titles.py.
"""

from __future__ import annotations

from people.names.folding import phrases

#: Words that say in what way a title is held. They are part of it only where a title follows.
MODIFIERS = phrases("""
    acting, ad-interim, alternate, assistant, associate, caretaker, chief, co, deputy, designate,
    elect, ex, executive, federal, first, former, her, hereditary, his, honorary, incoming, interim,
    joint, late, outgoing, principal, provisional, second, senior, special, state, supreme, the,
    their, then, titular, transitional, under, vice, your
""")

#: Titles, each as it is folded: lower case, no accents, no full stops. The longest that fits is taken.
TITLES = phrases("""
    adm, administrator, admiral, adviser, advisor, advocate general, aga khan, air chief marshal,
    air commodore, air marshal, air vice marshal, al hajj, alhaji, ambassador, ambassador at large,
    ameer, amir, archbishop, army chief, army chief of staff, army general, asantehene, attache,
    attorney general, ayatollah, baron, baroness, bey of tunis, bishop, brig, brig gen, brigadier,
    brigadier general, capt, captain, captain regent, captains regent, cardinal, chair, chairman,
    chairperson, chairwoman, chancellor, charge, charge d'affaires, chief executive, chief justice,
    chief minister, chief of army staff, chief of defence staff, chief of defense staff, chief of
    general staff, chief of staff, chief of state, chief of the general staff, chief rabbi, co
    prince, col, colonel, colonel general, comandante, commander, commander in chief, commissioner,
    commodore, congressman, congresswoman, consul, consul general, count, countess, crown prince,
    crown princess, czar, dalai lama, dame, dato, dato seri, dato sri, dato' seri, datuk, datuk
    seri, daw, defence minister, defence secretary, defense minister, defense secretary, delegate,
    deputy, director, director general, doctor, dom, don, dona, dr, duchess, duke, earl, economics
    minister, economy minister, ecumenical patriarch, el hadj, emir, emperor, empress, energy
    minister, envoy, excellency, external affairs minister, external relations minister, father,
    field marshal, finance minister, first gentleman, first lady, first minister, first secretary,
    fleet admiral, flight lieutenant, foreign affairs minister, foreign minister, foreign secretary,
    gen, general, general of the army, general secretary, generalissimo, governor, governor general,
    grand ayatollah, grand duchess, grand duke, grand mufti, group captain, haji, hajji, head of
    government, head of state, her excellency, her highness, her majesty, her royal highness, high
    commissioner, high representative, his beatitude, his eminence, his excellency, his highness,
    his holiness, his majesty, his royal highness, his serene highness, hojatoleslam, home minister,
    home secretary, hon, honorable, honourable, hrh, imam, interior minister, judge, justice,
    justice minister, kaiser, khedive, king, king mother, lady, leader, leader of the opposition,
    lieutenant, lieutenant colonel, lieutenant general, lieutenant governor, lord, lord mayor, lt,
    lt col, lt colonel, lt gen, lt general, ltg, madam, madame, maharaja, maharajah, maj, maj gen,
    maj general, major, major general, marquess, marquis, marshal, marshal of the soviet union,
    maulana, mayor, member of parliament, messrs, minister, minister delegate, minister of state,
    minister president, minister resident, minister without portfolio, miss, mister, mme, monsieur,
    monsignor, mr, mrs, ms, msgr, mufti, mullah, mwami, national security adviser, national security
    advisor, nawab, negus, nizam, nuncio, oil minister, opposition leader, papal nuncio, paramount
    chief, party leader, party secretary, pasha, patriarch, pope, premier, president, president of
    the republic, prime minister, prince, prince consort, prince of wales, prince regent, princess,
    prof, professor, queen, queen consort, queen mother, rabbi, raja, ras, ratu, rear admiral,
    regent, representative, resident commissioner, rev, reverend, right honorable, right honourable,
    rt hon, secretary, secretary for external affairs, secretary general, secretary of state,
    secretary of state for external affairs, secretary of state for foreign affairs, security
    adviser, security advisor, senator, shah, shahbanou, shaikh, sharif of mecca, shaykh, sheik,
    sheikh, sheikha, sir, speaker, speaker of the house, speaker of the parliament, special envoy,
    special representative, spokesman, spokesperson, spokeswoman, state counsellor, state counselor,
    state minister, state secretary, sultan, supreme leader, taoiseach, tengku, trade minister,
    tsar, tun, tunku, vice admiral, viceroy, viscount, wing commander, yang di pertuan agong
""")

#: What a title may be of or for; `president of the ...` ends where these words do.
BODIES = phrases("""
    affairs, african union, air force, arab league, armed forces, army, assembly, belgians, board of
    trade, chamber, chamber of deputies, collective presidency, commission, commission of the
    european communities, communist party, confederation, congress, constituent assembly,
    constitutional court, council, council of ministers, council of regency, council of state,
    council of the european union, court, diet, duma, european commission, european council,
    european parliament, european union, exchequer, executive committee, executive council, federal
    council, federal republic, federation, federation council, general assembly, general staff,
    governing council, government, hellenes, house, house of commons, house of lords, house of
    representatives, interim government, interior, international monetary fund, joint chiefs of
    staff, junta, knesset, league of arab states, legislative assembly, military committee, military
    council, military junta, national assembly, national congress, national council, national
    defense commission, national executive, national government, national salvation council,
    national transitional council, national transitional government, navy, netherlands, organization
    of african unity, palestine liberation organization, palestinian authority, palestinian national
    authority, parliament, party, peace council, presidency, presidential council, presidential
    leadership council, presidium, presidium of the supreme soviet, privy council, provisional
    government, realm, regency council, republic, revolution command council, revolutionary command
    council, revolutionary council, ruling council, security council, senate, sovereign council,
    sovereignty council, soviet union, staff, state affairs commission, state council, state duma,
    state law and order restoration council, state peace and development council, state presidency,
    supreme council, supreme court, supreme military council, supreme soviet, swiss confederation,
    transitional council, transitional government, transitional sovereignty council, treasury, un
    general assembly, union, united kingdom, united nations, united states, world bank
""")

#: What a minister may be for. Several may be joined by commas and `and`.
PORTFOLIOS = phrases("""
    agriculture, armed forces, aviation, aviation and defense, civil aviation, commerce,
    communications, cooperation, culture, defence, defense, development, economic affairs, economic
    development, economics, economy, education, electricity, energy, environment, european affairs,
    external affairs, external relations, finance, fisheries, foreign affairs, foreign and european
    affairs, foreign relations, foreign trade, health, home affairs, housing, immigration, industry,
    information, integration, intelligence, interior, international affairs, international
    cooperation, international development, international trade, investment, justice, labor, labour,
    mines, mining, national defence, national defense, national security, oil, petroleum, planning,
    public works, religious affairs, security, social affairs, state, strategic affairs, technology,
    tourism, trade, trade and industry, transport, transportation, treasury, war, water
""")

#: Titles that are surnames too: where nothing else is left, they are the name.
SURNAMES = phrases("""
    abbot, baron, bishop, chair, chancellor, count, dean, deputy, dom, don, duke, earl, general,
    governor, imam, judge, justice, king, lord, major, marquis, marshal, mayor, miss, pasha, pope,
    premier, prince, raja, ras, regent, shah, sharif, sheikh, sultan, tun
""")

#: Titles that are given names too: taken for one only beside another title, or with what it is of.
GIVEN_NAMES = phrases("""
    dean, dom, don, duke, earl, judge, justice
""")
