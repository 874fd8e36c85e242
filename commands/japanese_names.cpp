#include "commands/japanese_names.hpp"

#include <array>
#include <string_view>

namespace machiai {

namespace {

struct word {
  std::string_view written;
  std::string_view kana;
};

constexpr std::array family_names{
    word{"佐藤", "サトウ"},     word{"鈴木", "スズキ"},   word{"高橋", "タカハシ"},   word{"田中", "タナカ"},
    word{"伊藤", "イトウ"},     word{"渡辺", "ワタナベ"}, word{"山本", "ヤマモト"},   word{"中村", "ナカムラ"},
    word{"小林", "コバヤシ"},   word{"加藤", "カトウ"},   word{"吉田", "ヨシダ"},     word{"山田", "ヤマダ"},
    word{"佐々木", "ササキ"},   word{"山口", "ヤマグチ"}, word{"松本", "マツモト"},   word{"井上", "イノウエ"},
    word{"木村", "キムラ"},     word{"林", "ハヤシ"},     word{"斎藤", "サイトウ"},   word{"清水", "シミズ"},
    word{"長谷川", "ハセガワ"}, word{"森", "モリ"},       word{"五十嵐", "イガラシ"}, word{"岡田", "オカダ"},
    word{"東海林", "ショウジ"}, word{"原", "ハラ"},       word{"近藤", "コンドウ"},   word{"小笠原", "オガサワラ"},
    word{"石井", "イシイ"}};

constexpr std::array given_names{
    word{"陽菜", "ヒナ"},     word{"蓮", "レン"},       word{"美咲", "ミサキ"},   word{"大翔", "ヒロト"},
    word{"結衣", "ユイ"},     word{"健一", "ケンイチ"}, word{"さくら", "サクラ"}, word{"翔太", "ショウタ"},
    word{"葵", "アオイ"},     word{"誠", "マコト"},     word{"千代子", "チヨコ"}, word{"湊", "ミナト"},
    word{"恵子", "ケイコ"},   word{"拓也", "タクヤ"},   word{"凛", "リン"},       word{"和夫", "カズオ"},
    word{"由美子", "ユミコ"}, word{"樹", "イツキ"},     word{"愛", "アイ"},       word{"正雄", "マサオ"},
    word{"ハナ", "ハナ"},     word{"悠真", "ユウマ"},   word{"智子", "トモコ"},   word{"隆", "タカシ"},
    word{"莉子", "リコ"},     word{"浩二", "コウジ"},   word{"明日香", "アスカ"}};

constexpr std::string_view wide_space = "\u3000";

std::string both(std::string_view family, std::string_view given) {
  std::string text{family};
  text += wide_space;
  text += given;
  return text;
}

} // namespace

japanese_name made_up_name(uint64_t number) {
  // 29 and 27 share no factor, so the pairs come round only after their product.
  const auto& family = family_names[number % family_names.size()];
  const auto& given = given_names[number % given_names.size()];
  return {both(family.written, given.written), both(family.kana, given.kana)};
}

} // namespace machiai
