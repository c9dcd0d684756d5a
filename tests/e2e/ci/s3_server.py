"""An S3 server on this machine that checks signatures, for test_history_stores.py.

The server needs the environment of `tools/setup --python objects`. It prints a line of JSON with its address and keys,
obeys the lines on standard input, and ends when standard input ends.
"""

import json
import sys

import boto3
from moto import settings
from moto.moto_server.threaded_moto_server import ThreadedMotoServer

BUCKET = "durations"
REGION = "eu-central-1"
EVERYTHING = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]})
ANYBODY = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "sts:AssumeRole"}]}


def client(service, endpoint, keys):
    return boto3.client(service, endpoint_url=endpoint, region_name=REGION, **keys)


def make_keys(endpoint):
    """The keys of a user, and the temporary keys of a role that the user takes."""
    nobody = {"aws_access_key_id": "nobody", "aws_secret_access_key": "yet"}
    iam = client("iam", endpoint, nobody)
    iam.create_user(UserName="ci")
    iam.put_user_policy(UserName="ci", PolicyName="all", PolicyDocument=EVERYTHING)
    key = iam.create_access_key(UserName="ci")["AccessKey"]
    user = {"aws_access_key_id": key["AccessKeyId"], "aws_secret_access_key": key["SecretAccessKey"]}
    role = iam.create_role(RoleName="job", AssumeRolePolicyDocument=json.dumps(ANYBODY))["Role"]
    iam.put_role_policy(RoleName="job", PolicyName="all", PolicyDocument=EVERYTHING)
    taken = client("sts", endpoint, user).assume_role(RoleArn=role["Arn"], RoleSessionName="now")["Credentials"]
    temporary = {
        "aws_access_key_id": taken["AccessKeyId"],
        "aws_secret_access_key": taken["SecretAccessKey"],
        "aws_session_token": taken["SessionToken"],
    }
    place = {"CreateBucketConfiguration": {"LocationConstraint": REGION}}
    client("s3", endpoint, user).create_bucket(Bucket=BUCKET, **place)
    return user, temporary


def main():
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    endpoint = "http://{}:{}".format(*server.get_host_and_port())
    user, temporary = make_keys(endpoint)
    # From here on every request needs a valid signature.
    settings.INITIAL_NO_AUTH_ACTION_COUNT = 0
    facts = {"endpoint": endpoint, "bucket": BUCKET, "region": REGION, "user": user, "temporary": temporary}
    print(json.dumps(facts), flush=True)
    s3 = client("s3", endpoint, user)
    for line in sys.stdin:
        order = json.loads(line)
        answer = None
        if order["do"] == "put":
            s3.put_object(Bucket=BUCKET, Key=order["key"], Body=order["text"].encode())
        elif order["do"] == "list":
            pages = s3.get_paginator("list_objects_v2").paginate(Bucket=BUCKET, Prefix=order["key"])
            answer = [found["Key"] for page in pages for found in page.get("Contents", [])]
        print(json.dumps(answer), flush=True)
    server.stop()


main()
