// Words that hold a sentence together: they are not marked, or every line would be. Other languages' words all are.

const EN = `a about after again all also am an and any are as at be because been before being between both but by can could
  did do does doing down during each few for from further had has have having he her here hers him his how i if in into is
  it its just me more most my no nor not now of off on once only or other our out over own s same she should so some such t
  than that the their them then there these they this those through to too under until up very was we were what when where
  which while who whom whose why will with would you your`;
const SW = `alikuwa ama au baada bado basi bila cha chake chao gani ha hadi hapa hapo hata hawa haya hayo hii hiki hili hilo
  hivi hivyo hiyo hizi hizo huku huo huu huyo huyu ila ili ingawa je juu kabla kabisa kama kati katika kila kisha ku kutoka
  kuwa kwa kwake kwamba kwani la lake lakini lao mara mimi mno moja mwa na ndani ni nini nje sana sasa si sisi tu vile vya
  wa wakati wake wala wale wao watu wetu wewe ya yake yale yao yeye yule yupi za zaidi zake zao`;
const NE = `अझ अनि अनुसार अब अरु अरू अर्थात आदि आफू आफ्नो उक्त उनको उनले उनी उसको ऊ एक एउटा एवं ओ कतै कि किन किनभने कुन कुनै
  कुरा के को कोही क्या गर्दै गर्न गर्ने गरी गरे गरेका गरेको चाहिँ छ छन् छन छु छैन जब जसको जसले जस्तै जस्तो जहाँ जुन जो झैँ
  त तथा तर ती त्यस त्यसैले त्यो थियो थिए थिइन् दिए देखि द्वारा न नि नै पनि पर्छ पछि प्रति फेरि बाट बारे भए भएका भएको भन्ने
  भन्दा भने भनेर भर म मा माथि मात्र यति यस यसको यसरी यसले यो या र रहेको ले वा सँग सबै सम्म साथ सो हरु हरू हामी हुँदा हुन
  हुने हो होइन`;

export const FUNCTION_WORDS = new Set([EN, SW, NE].flatMap((words) => words.split(/\s+/)));
