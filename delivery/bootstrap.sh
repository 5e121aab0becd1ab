#!/usr/bin/env bash
# Prepares an AWS account for the workflows, once. Run it again after a change of bootstrap.yaml or bootstrap-tasks.yaml,
# or when GitHub changed the form of the subject: what is as it should be stays as it is.
# Needs the AWS CLI with credentials that may create roles, and the ids of the repository (or gh, which knows them).
set -euo pipefail

usage() {
  cat <<'USAGE'
usage: delivery/bootstrap.sh --repository OWNER/NAME [options]

  --repository OWNER/NAME   the only repository that is let in, as GitHub spells it
  --owner-id NUMBER         the owner's number        (default: asked with gh)
  --repository-id NUMBER    the repository's number   (default: asked with gh)
  --subject-form FORM       names or ids (default ids): how GitHub writes the repository into its tokens;
                            Settings, Actions, OIDC of the repository shows it
  --branch BRANCH           the only branch that deploys (default main)
  --application NAME        the stacks' first word (default provider-sync)
  --region REGION           (default: the AWS CLI's)
USAGE
}

fail() {
  echo "bootstrap: $1" >&2
  exit 2
}

repository='' owner_id='' repository_id='' form=ids branch=main application=provider-sync region=''
while [ $# -gt 0 ]; do
  case "$1" in
    --help | -h)
      usage
      exit 0
      ;;
    --repository | --owner-id | --repository-id | --subject-form | --branch | --application | --region)
      [ $# -ge 2 ] || fail "$1 needs a value"
      ;;
    *) fail "\"$1\" is no option; see --help" ;;
  esac
  case "$1" in
    --repository) repository=$2 ;;
    --owner-id) owner_id=$2 ;;
    --repository-id) repository_id=$2 ;;
    --subject-form) form=$2 ;;
    --branch) branch=$2 ;;
    --application) application=$2 ;;
    --region) region=$2 ;;
  esac
  shift 2
done

[[ $repository =~ ^[^/]+/[^/]+$ ]] || fail "give --repository OWNER/NAME (got \"$repository\")"
case "$form" in names | ids) ;; *) fail "--subject-form is names or ids, not \"$form\"" ;; esac
command -v aws >/dev/null || fail 'the AWS CLI (aws) is not on the PATH'
[ -z "$region" ] || export AWS_REGION=$region AWS_DEFAULT_REGION=$region

if [ -z "$owner_id" ] || [ -z "$repository_id" ]; then
  command -v gh >/dev/null || fail 'give --owner-id and --repository-id: gh, which knows them, is not on the PATH'
  read -r owner_id repository_id < <(gh api "repos/$repository" --jq '"\(.owner.id) \(.id)"')
fi

account=$(aws sts get-caller-identity --query Account --output text)
stack=$application-delivery
url=token.actions.githubusercontent.com

# An account has one identity provider for an address. If this stack made it, it goes on managing it; if somebody
# else did, the stack takes it as it is.
made=$(aws cloudformation describe-stack-resources --stack-name "$stack" \
  --query "StackResources[?LogicalResourceId=='OidcProvider'].PhysicalResourceId" --output text 2>/dev/null || true)
existing=$(aws iam list-open-id-connect-providers \
  --query "OpenIDConnectProviderList[?ends_with(Arn, 'oidc-provider/$url')].Arn" --output text)
[ "$existing" != None ] || existing=''
if [ -n "$existing" ] && [ "$made" = "$existing" ]; then existing=''; fi

if [ -n "$existing" ]; then
  audiences=$(aws iam get-open-id-connect-provider --open-id-connect-provider-arn "$existing" \
    --query ClientIDList --output text)
  case " ${audiences//$'\t'/ } " in
    *' sts.amazonaws.com '*) ;;
    *) fail "the identity provider $existing does not know the audience sts.amazonaws.com; add it with: aws iam add-client-id-to-open-id-connect-provider --open-id-connect-provider-arn $existing --client-id sts.amazonaws.com" ;;
  esac
  echo "bootstrap: takes the identity provider that is there: $existing"
fi

# deploy STACK OPTION…: what there is to say is said once; that there is nothing to change is no failure.
deploy() {
  local name=$1 said
  shift
  echo "bootstrap: stack $name in account $account"
  if ! said=$(aws cloudformation deploy \
    --stack-name "$name" \
    --capabilities CAPABILITY_NAMED_IAM \
    --no-fail-on-empty-changeset \
    --tags "application=$application" \
    "$@" 2>&1); then
    case "$said" in
      *'No updates are to be performed'*) ;;
      *)
        echo "$said" >&2
        exit 1
        ;;
    esac
  fi
  echo "${said:-bootstrap: nothing to change}"
  # Without these stacks nobody could deploy, and their boundaries would be gone from under the roles.
  aws cloudformation update-termination-protection --stack-name "$name" --enable-termination-protection >/dev/null 2>&1 ||
    echo "bootstrap: the termination protection of $name could not be switched on; do it by hand" >&2
}

# The first is sent in one call, because it makes the bucket that the second, which is too large for that, goes through.
template=$(mktemp)
trap 'rm -f "$template"' EXIT
awk -f "$(dirname "$0")/bootstrap.awk" "$(dirname "$0")/bootstrap.yaml" >"$template"
deploy "$stack" \
  --template-file "$template" \
  --parameter-overrides \
  "Application=$application" \
  "GitHubOwner=${repository%%/*}" \
  "GitHubRepository=${repository#*/}" \
  "GitHubOwnerId=$owner_id" \
  "GitHubRepositoryId=$repository_id" \
  "SubjectForm=$form" \
  "Branch=$branch" \
  "ExistingOidcProviderArn=$existing"

bucket=$(aws cloudformation describe-stack-resources --stack-name "$stack" \
  --query "StackResources[?LogicalResourceId=='ArtifactBucket'].PhysicalResourceId" --output text)
deploy "$stack-tasks" \
  --template-file "$(dirname "$0")/bootstrap-tasks.yaml" \
  --s3-bucket "$bucket" \
  --s3-prefix bootstrap \
  --parameter-overrides "Application=$application"

region=${AWS_REGION:-${AWS_DEFAULT_REGION:-$(aws configure get region)}}

cat <<NEXT

Done. Tell the repository where to deploy (these are names, not secrets):

  gh variable set AWS_ACCOUNT_ID --repo $repository --body $account
  gh variable set AWS_REGION --repo $repository --body $region
  gh variable set ARTIFACT_BUCKET --repo $repository --body $bucket

docs/delivery.md goes on from here: the environments, and the first deployment.
NEXT
