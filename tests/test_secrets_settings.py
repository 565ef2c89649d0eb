"""Passwords in settings and command lines; and the placeholders, variables, paths and calls that stand in their place."""

from __future__ import annotations

import pytest

from scamguard.secrets import Certainty, Secret, find

VALUE = "Zebra99xQ"


@pytest.mark.parametrize(
    "frame",
    [
        "DB_PASSWORD={}",
        "DB_PASSWORD='{}'",
        "export DB_PASSWORD={}",
        "MYSQL_ROOT_PASSWORD: {}",
        "SMTP_PASS={}",
        "PGPASSWORD={} psql -h db",
        'db_password = "{}"',
        '{{"db_password": "{}", "x": 1}}',
        'dbPassword: "{}"',
        "spring.datasource.password={}",
        "- MYSQL_PASSWORD={}",
        "docker run -e POSTGRES_PASSWORD={} postgres",
        "curl -u admin:{} https://x.example.com",
        "curl -s --user 'admin:{}' https://x.example.com",
        "sshpass -p '{}' ssh root@10.0.0.1",
        "mysql -u root -p{} db",
        "redis-cli -h h -a {} ping",
        "docker login -u bob -p {}",
        "tool --password={}",
        "tool --password '{}'",
        "openssl pkcs12 -in a.p12 -passin pass:{}",
        "WIFI:T:WPA;S:HomeNet;P:{};;",
    ],
)
def test_a_password_in_a_setting(frame: str) -> None:
    text = frame.format(VALUE)
    [found] = find(text)
    assert (found.kind, found.certainty, text[found.start : found.stop]) == (Secret.PASSWORD, Certainty.BLOCK, VALUE)


@pytest.mark.parametrize(
    "text",
    [
        "JWT_SECRET=f3a9c1d27b6e4a8f90c2d5e7b1a3c4d6",
        "SECRET_KEY='django-insecure-9x!k2#b7q@v5m$w8z1c4n6p0r3t'",
        'sessionSecret: "s0m3Long!Rand0mValue42xyz"',
    ],
)
def test_a_secret_in_a_setting(text: str) -> None:
    assert [(found.kind, found.certainty) for found in find(text)] == [(Secret.API_SECRET, Certainty.BLOCK)]


@pytest.mark.parametrize(
    "text",
    [
        "DB_PASSWORD=changeme",
        "DB_PASSWORD=",
        "DB_PASSWORD=${DB_PASSWORD}",
        "DB_PASSWORD=$DB_PASSWORD1",
        "DB_PASSWORD=<password>",
        "DB_PASSWORD=<your-password1>",
        "DB_PASSWORD=your_password_123",
        "DB_PASSWORD=********",
        "DB_PASSWORD=password123",
        "DB_PASSWORD=$(cat /run/secret1)",
        "DB_PASSWORD=/run/secrets/db1",
        "MYSQL_PASSWORD_FILE=/run/secrets/db1",
        "db.password=vault:secret/data/db#pw1",
        "db.password=ENC(abc123def)",
        "self.db_password = get_password(1)",
        "user.password = bcrypt.hashpw(pw2, salt1)",
        'settings.password = os.environ["DB2_PASS"]',
        "if user.password == stored_hash2: pass",
        "db_password=user1_password",
        "user_password: string(255)",
        "PASSWORD_MIN_LENGTH=12",
        "last_pass=2024-11-28",
        "first_pass: 0x1f2e3d",
        "JWT_SECRET=your-256-bit-secret",
        "JWT_SECRET=changeme",
        'SECRET_KEY=os.environ.get("SECRET_KEY1234567")',
        "client.secret = process.env.CLIENT_SECRET_2024_ABC",
        "curl -u user:password https://api.example.com",
        "curl -u $USER:$PASS1 https://x.example.com",
        "mysql -u root -p mydb1",
        "mysqldump -u root -p --port=3306 db1",
        "docker run -p 127.0.0.1:8080:80 nginx",
        "az group create -p rg123",
        "sshpass -p $PASS1 ssh x",
        "tool --password <password1>",
        'WEAK_PASSWORD = "M_WEAK_PASSWORD"',
        'NEED_PASS: "331 Password required for %s."',
        'auth_password="open sesame"',
        "hash_password=app._scripts.hash_password:main",
        "use --password-file=/etc/pw1",
        "WIFI:T:WPA;S:HomeNet;P:password;;",
    ],
)
def test_what_stands_in_the_place_of_a_password(text: str) -> None:
    assert find(text) == ()
