# The bootstrap's template as it is sent to CloudFormation, which takes 51,200 bytes in one call: without comments, and
# without what resources say to checkov.
/^ *#/ { next }
/^    Metadata:$/ { within = 1; next }
within && /^      / { next }
{ within = 0; print }
