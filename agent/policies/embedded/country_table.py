"""Countries and what their people are called, as a table for `countries`."""

# One country a line: its name, other names, then after the bar what its people are called.
TABLE = """
United States; US; USA; U.S.; U.S.A.; United States of America; America | American; Americans
United Kingdom; UK; U.K.; Great Britain; Britain; England; Scotland; Wales; Northern Ireland | \
British; English; Scottish; Welsh; Northern Irish; Scots; Cornish; Briton
France; Kingdom of France | French; Frenchman
Germany; West Germany; East Germany; Nazi Germany; Prussia; Bavaria; Saxony; German Empire | \
German; Prussian; Bavarian; West German; East German; Saxon
Italy; Kingdom of Italy; Sicily; Sardinia; Tuscany; Venice | Italian; Sicilian; Venetian; Tuscan
Spain; Catalonia; Castile; Aragon | Spanish; Spaniard; Catalan; Castilian; Basque; Aragonese
Russia; Soviet Union; USSR; Russian Empire | Russian; Soviet
India; British India | Indian; Bengali; Malayali; Tamil
China; People's Republic of China; Ming; Tang; Qing | Chinese
Japan; Empire of Japan | Japanese
Canada; Quebec | Canadian; Québécois; French-Canadian
Australia | Australian
Austria; Austria-Hungary; Austrian Empire | Austrian; Austro-Hungarian
Netherlands; the Netherlands; Holland | Dutch; Dutchman
Belgium | Belgian; Flemish
Switzerland | Swiss
Sweden | Swedish; Swede
Norway | Norwegian
Denmark | Danish; Dane
Finland | Finnish; Finn
Iceland | Icelandic; Icelander
Ireland; Republic of Ireland | Irish; Irishman
Poland; Kingdom of Poland | Polish; Pole
Czech Republic; Czechia; Czechoslovakia; Bohemia; Moravia | Czech; Bohemian; Czechoslovak; \
Czechoslovakian; Moravian
Slovakia | Slovak; Slovakian
Hungary; Kingdom of Hungary | Hungarian; Magyar
Romania | Romanian; Wallachian; Moldavian
Bulgaria | Bulgarian
Greece | Greek
Turkey; Ottoman Empire | Turkish; Ottoman; Turk
Portugal | Portuguese
Ukraine | Ukrainian
Belarus | Belarusian
Lithuania | Lithuanian
Latvia | Latvian
Estonia | Estonian
Serbia | Serbian; Serb
Croatia | Croatian; Croat
Slovenia | Slovenian; Slovene
Bosnia and Herzegovina; Bosnia | Bosnian
Montenegro | Montenegrin
North Macedonia; Macedonia; Republic of Macedonia | Macedonian
Kosovo | Kosovar; Kosovan
Albania | Albanian
Yugoslavia; SFR Yugoslavia | Yugoslav; Yugoslavian
Moldova | Moldovan
Georgia | Georgian
Armenia | Armenian
Azerbaijan | Azerbaijani; Azeri
Kazakhstan | Kazakh; Kazakhstani
Uzbekistan | Uzbek; Uzbekistani
Turkmenistan | Turkmen
Kyrgyzstan | Kyrgyz; Kyrgyzstani
Tajikistan | Tajik
Mongolia | Mongolian; Mongol
Iran; Persia; Qajar; Safavid | Iranian; Persian
Iraq | Iraqi
Israel | Israeli
Palestine | Palestinian
Lebanon | Lebanese
Syria | Syrian
Jordan | Jordanian
Saudi Arabia | Saudi; Saudi Arabian
Yemen | Yemeni
Oman | Omani
Kuwait | Kuwaiti
Qatar | Qatari
Bahrain | Bahraini
United Arab Emirates; UAE | Emirati
Egypt | Egyptian
Libya | Libyan
Tunisia | Tunisian
Algeria | Algerian
Morocco | Moroccan
Sudan | Sudanese
South Sudan | South Sudanese
Ethiopia | Ethiopian
Eritrea | Eritrean
Somalia | Somali
Kenya | Kenyan
Uganda | Ugandan
Tanzania | Tanzanian
Rwanda | Rwandan
Burundi | Burundian
Nigeria | Nigerian
Ghana | Ghanaian
Senegal | Senegalese
Mali | Malian
Ivory Coast; Côte d'Ivoire | Ivorian
Cameroon | Cameroonian
Gabon | Gabonese
Burkina Faso | Burkinabé
Benin | Beninese
Togo | Togolese
Liberia | Liberian
Sierra Leone | Sierra Leonean
Guinea | Guinean
Gambia; The Gambia | Gambian
Cape Verde | Cape Verdean
Chad | Chadian
Congo; Democratic Republic of the Congo; Republic of the Congo; DR Congo | Congolese
Angola | Angolan
Zambia | Zambian
Zimbabwe; Rhodesia | Zimbabwean; Rhodesian
Malawi | Malawian
Mozambique | Mozambican
Namibia | Namibian
Botswana | Botswanan
South Africa | South African
Lesotho | Basotho
Madagascar | Malagasy
Mauritius | Mauritian
Mauritania | Mauritanian
Pakistan | Pakistani
Bangladesh | Bangladeshi
Sri Lanka; Ceylon | Sri Lankan; Ceylonese; Sinhalese
Nepal | Nepalese; Nepali
Bhutan | Bhutanese
Maldives | Maldivian
Afghanistan | Afghan
Myanmar; Burma | Burmese
Thailand; Siam | Thai; Siamese
Vietnam | Vietnamese
Laos | Laotian; Lao
Cambodia | Cambodian; Khmer
Malaysia | Malaysian; Malay
Singapore | Singaporean
Indonesia | Indonesian; Javanese
Philippines; the Philippines | Filipino; Philippine; Filipina
Brunei | Bruneian
Taiwan; Republic of China | Taiwanese
Hong Kong | Hongkonger
Macau | Macanese
South Korea; Korea; Republic of Korea; Joseon; Goryeo; Silla | South Korean; Korean
North Korea | North Korean
New Zealand | New Zealander; Māori
Fiji | Fijian
Samoa | Samoan
Tonga | Tongan
Papua New Guinea | Papua New Guinean
Mexico | Mexican
Guatemala | Guatemalan
Honduras | Honduran
El Salvador | Salvadoran
Nicaragua | Nicaraguan
Costa Rica | Costa Rican
Panama | Panamanian
Cuba | Cuban
Dominican Republic | Dominican
Haiti | Haitian
Jamaica | Jamaican
Puerto Rico | Puerto Rican
Trinidad and Tobago; Trinidad | Trinidadian
Barbados | Barbadian
Bahamas; The Bahamas | Bahamian
Bermuda | Bermudian
Colombia | Colombian
Venezuela | Venezuelan
Ecuador | Ecuadorian
Peru | Peruvian
Bolivia | Bolivian
Chile | Chilean
Argentina | Argentine; Argentinian; Argentinean
Uruguay | Uruguayan
Paraguay | Paraguayan
Brazil | Brazilian
Guyana | Guyanese
Suriname | Surinamese
Luxembourg | Luxembourgish; Luxembourger
Liechtenstein | Liechtensteiner
Monaco | Monégasque
Malta | Maltese
Cyprus | Cypriot
Greenland | Greenlandic
Vatican City | Vatican
Roman Empire; Ancient Rome; Roman Republic | Roman
Byzantine Empire | Byzantine
"""
