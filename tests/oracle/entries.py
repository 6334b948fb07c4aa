"""The entries of the contract: which must be claimed by a feature, and which optional column each one reads."""

# The contract's code block and the entries "beyond plain SQL": each must be claimed by at least one feature.
REQUIRED = """
actions_n events_n direct_events_n direct_recipients_n
rate_max_15s rate_max_60s rate_max_1h rate_max_24h recipients_max_24h
new_recipients_n new_censored_n new_recipients_max_24h rks_known_n strangers_n strangers_share
reply_eligible_n replied_n replied_share new_eligible_n new_unanswered_n
iat_n iat_median_s iat_mean_s iat_sd_s iat_cv iat_entropy_bits iat_mode_share
size_n size_cv hours6_min_share
content_n content_top_n content_top_share content_top_recipients_n
received_n received_senders_n in_out_ratio typing_n typing_zero_share
burst100_15s_min_age_s groups_n groups_max_24h content_top_groups_n join_post_10min_n
replied_share_1h replied_share_6h replied_share_24h
""".split()

# Compared when a feature claims them.
OPTIONAL = "reply_eligible_n_1h reply_eligible_n_6h reply_eligible_n_24h M15".split()

ENTRIES = REQUIRED + OPTIONAL

# "Counts are 0 when computable and empty": without the column (or the table) an entry is not computable.
# `chat`, `status` and `msg_id` are not here, because the contract says what their absence means.
NEEDS = {
    "content_n": "content",
    "content_top_n": "content",
    "content_top_share": "content",
    "content_top_recipients_n": "content",
    "content_top_groups_n": "content",
    "size_n": "size",
    "size_cv": "size",
    "typing_n": "typing_ms",
    "typing_zero_share": "typing_ms",
    "rks_known_n": "recipient_knows_sender",
    "strangers_n": "recipient_knows_sender",
    "strangers_share": "recipient_knows_sender",
    "join_post_10min_n": "group_events",
}
